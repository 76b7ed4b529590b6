"""One question and its answer over one connection that is closed after it: no pool, proxy or redirect."""

import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpcore
import msgspec

from .dialer import Dialer
from .failures import GatewayError, Trouble
from .limits import Budget

BIGGEST_STEP = 64 << 10


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back, whatever its status."""

    status: int
    body: bytes


class Channel(httpcore.NetworkStream):
    """A proven connection, read and written within the call's budget. Raises `GatewayError` and nothing else."""

    def __init__(self, sock: ssl.SSLSocket, budget: Budget) -> None:
        self._sock = sock
        self._budget = budget
        self.ended = False
        """Whether the other side has hung up."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the budget rules
        """What there is, at most `max_bytes`."""
        with self._told():
            self._sock.settimeout(self._budget.seconds_left())
            data = self._sock.recv(min(max_bytes, BIGGEST_STEP))
        self._budget.take(len(data))
        self.ended = not data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the budget rules
        """All of `buffer`."""
        view = memoryview(buffer)
        with self._told():
            while view:
                self._sock.settimeout(self._budget.seconds_left())
                view = view[self._sock.send(view[:BIGGEST_STEP]) :]

    def close(self) -> None:
        """Hang up."""
        self._sock.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise GatewayError(Trouble.SLOW, "no answer in time") from error
        except OSError as error:
            raise GatewayError(Trouble.UNREACHABLE, str(error)) from error


def ask(
    dialer: Dialer, method: str, path: str, *, budget: Budget, token: str = "", body: bytes | None = None
) -> Answer:
    """`path`'s answer. Raises `GatewayError` for whatever is no answer in HTTP within the budget."""
    with closing(Channel(dialer.dial(budget), budget)) as channel:
        try:
            return _exchange(channel, _request(dialer, method, path, token, body))
        except httpcore.ProtocolError as error:
            trouble = Trouble.UNREACHABLE if channel.ended else Trouble.NONSENSE
            raise GatewayError(trouble, f"{path}: {error}") from error


def _request(dialer: Dialer, method: str, path: str, token: str, body: bytes | None) -> httpcore.Request:
    headers: list[tuple[bytes | str, bytes | str]] = [
        ("Host", dialer.host.authority),
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),  # a small body could unpack to a huge one
        ("Connection", "close"),
    ]
    if token:
        headers.append(("Authorization", f"Bearer {token}"))
    if body is not None:
        headers += [("Content-Type", "application/json; charset=UTF-8"), ("Content-Length", str(len(body)))]
    url = httpcore.URL(scheme="https", host=dialer.host.name, port=dialer.host.port, target=path)
    return httpcore.Request(method, url, headers=headers, content=body)


def _exchange(channel: Channel, request: httpcore.Request) -> Answer:
    connection = httpcore.HTTP11Connection(origin=request.url.origin, stream=channel)
    with closing(connection.handle_request(request)) as response:
        return Answer(status=response.status, body=response.read())
