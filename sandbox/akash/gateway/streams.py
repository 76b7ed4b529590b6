"""Logs and events over a WebSocket, as gateway/rest/router.go of akash-network/provider has them at afc4dd7."""

import json
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

import msgspec
from werkzeug.wrappers import Request

HANG_UP_SECONDS = 2.0
NO_LEASE = 4001
TROUBLE = 4000
NORMAL = 1000


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent, and the frame that closes it; without one the connection just ends, as after logs."""

    messages: Sequence[str] = ()
    close_code: int | None = None
    reason: str = ""


class StreamedError(ConnectionError):
    """Tells the server that the connection was used up."""


def is_websocket(request: Request) -> bool:
    """Whether the caller wants to open one, and there is a connection to open it on."""
    asked = request.headers.get("Upgrade", "").lower() == "websocket"
    return asked and isinstance(request.environ.get("werkzeug.socket"), socket.socket)


def send_stream(request: Request, stream: Stream) -> NoReturn:
    """Open it, say everything, end it. Raises `StreamedError` where all went well, another `OSError` where not."""
    from websockets.http11 import Request as Opening
    from websockets.server import ServerProtocol

    connection: socket.socket = request.environ["werkzeug.socket"]
    protocol = ServerProtocol()
    protocol.receive_data(_head(request))
    (opening,) = protocol.events_received()
    if not isinstance(opening, Opening):
        raise ConnectionAbortedError("no opening of a WebSocket")
    protocol.send_response(protocol.accept(opening))
    if protocol.state.name == "OPEN":
        for message in stream.messages:
            protocol.send_text(message.encode())
        if stream.close_code is not None:
            protocol.send_close(stream.close_code, stream.reason)
    connection.sendall(b"".join(protocol.data_to_send()))
    _hang_up(connection)
    raise StreamedError("the stream has ended")


def log_line(pod: str, text: str) -> str:
    """One line of one pod."""
    return json.dumps({"name": pod, "message": text})


def event(pod: str, namespace: str, reason: str, note: str) -> str:
    """One event of the cluster's."""
    about = {"kind": "Pod", "namespace": namespace, "name": pod}
    return json.dumps(
        {"type": "Normal", "reportingController": "kubelet", "reason": reason, "note": note, "object": about}
    )


def _head(request: Request) -> bytes:
    """The request's head again, as it was read."""
    rows = [f"GET {request.full_path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
    return "\r\n".join([*rows, "", ""]).encode("latin-1")


def _hang_up(connection: socket.socket) -> None:
    """Say that it is over and wait for the other side to say so: what is unread would be lost with the connection."""
    with suppress(OSError):
        connection.settimeout(HANG_UP_SECONDS)
        if isinstance(connection, ssl.SSLSocket):
            connection.unwrap()
