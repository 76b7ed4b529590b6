"""Events: a WebSocket over a proven connection, read for a while and never followed.

The library's protocol is used without its input and output: its own client reads in one thread while
it writes in another, which TLS 1.3 in Python does not bear (a request now and then never left), and
here every byte counts against the budget.
"""

import logging
from collections import deque
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from .dialer import Dialer
from .failures import GatewayError, Trouble, refusal
from .limits import Budget, Limits

if TYPE_CHECKING:
    from websockets.client import ClientProtocol

    from .http import Channel

_SILENT = logging.Logger("ampacity.gateway", level=logging.CRITICAL + 1)
"""The library's own notes would show the token."""
LEASE_NOT_FOUND = 4001
OWN_CODES = range(4000, 5000)
"""What the gateway closes with when it has nothing to send: 4000 trouble, 4001 no lease, 4002 not now."""


def tail(dialer: Dialer, path: str, token: str, *, most: int, limits: Limits) -> list[str]:
    """The last `most` messages of what comes within the limits. Raises `GatewayError`."""
    from .http import Channel

    budget = Budget(limits.stream_seconds, limits.stream_bytes)
    with closing(Channel(dialer.dial(budget), budget)) as channel:
        protocol = _open(channel, dialer, path, token, limits)
        kept = _read(channel, protocol, most)
    closed = protocol.close_rcvd
    if closed is not None and closed.code in OWN_CODES and not kept:
        trouble = Trouble.NO_LEASE if closed.code == LEASE_NOT_FOUND else Trouble.UNREACHABLE
        raise GatewayError(trouble, f"closed with {closed.code}: {closed.reason.replace(token, '***')}")
    return kept


def _open(channel: "Channel", dialer: Dialer, path: str, token: str, limits: Limits) -> "ClientProtocol":
    """The protocol once the other side has agreed to it. What came with the agreement waits in it."""
    from websockets.client import ClientProtocol
    from websockets.protocol import State
    from websockets.uri import parse_uri

    uri = parse_uri(f"wss://{dialer.host.authority}{path}")
    protocol = ClientProtocol(uri, max_size=limits.frame_bytes, logger=_SILENT)  # without extensions: no compression
    request = protocol.connect()
    request.headers["Authorization"] = f"Bearer {token}"
    protocol.send_request(request)
    while protocol.state is State.CONNECTING and protocol.handshake_exc is None:
        _step(channel, protocol)
    if protocol.handshake_exc is not None:
        raise _refused(protocol.handshake_exc, path, token)
    return protocol


def _read(channel: "Channel", protocol: "ClientProtocol", most: int) -> list[str]:
    """Ends where the other side does, and where the budget does: what came by then is what was asked for."""
    kept: deque[str] = deque(maxlen=most)
    part = bytearray()
    with suppress(GatewayError):
        while True:
            for data, ends in _frames(protocol):
                part += data
                if ends:
                    kept.append(part.decode("utf-8", errors="replace"))
                    part.clear()
            if channel.ended or protocol.close_rcvd is not None or protocol.parser_exc is not None:
                break
            _step(channel, protocol)
    return list(kept)


def _frames(protocol: "ClientProtocol") -> list[tuple[bytes, bool]]:
    """What came since, each with whether its message ends there."""
    from websockets.frames import DATA_OPCODES, Frame

    frames = [event for event in protocol.events_received() if isinstance(event, Frame)]
    return [(bytes(frame.data), frame.fin) for frame in frames if frame.opcode in DATA_OPCODES]


def _step(channel: "Channel", protocol: "ClientProtocol") -> None:
    """Say what is to be said (answers to pings too), then hear what comes."""
    from .http import BIGGEST_STEP

    channel.write(b"".join(protocol.data_to_send()))
    data = channel.read(BIGGEST_STEP)
    if data:
        protocol.receive_data(data)
    else:
        protocol.receive_eof()


def _refused(problem: Exception, path: str, token: str) -> GatewayError:
    from websockets.exceptions import InvalidStatus

    if isinstance(problem, InvalidStatus):
        return refusal(problem.response.status_code, problem.response.body or b"", token)
    return GatewayError(Trouble.NONSENSE, f"{path}: {problem}")
