"""Answers that go wrong on their way, as every stand-in shows them."""

import socket
from typing import TYPE_CHECKING

from .faults import FaultKind, Faults

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response


def spoil(faults: Faults, request: "Request", answer: "Response", *, creates: bool, nonsense: str) -> "Response":
    """`answer`, or what a waiting fault makes of it.

    `creates` is whether the call made a machine; `nonsense` is what comes instead of what the content type promises.
    """
    if creates and faults.take(FaultKind.TIMEOUT_AFTER_CREATE):
        return _hang_up(request, type(answer))
    if faults.take(FaultKind.BAD_JSON):
        answer.set_data(nonsense)
        answer.status_code = 200
    elif faults.take(FaultKind.HALF_ANSWER):
        whole = answer.get_data()
        answer.set_data(whole[: len(whole) // 2])
        answer.headers["Content-Length"] = str(len(whole))
    return answer


def _hang_up(request: "Request", make: "type[Response]") -> "Response":
    """No answer; where the server shows no socket, what a gateway would say."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    return make(status=504)
