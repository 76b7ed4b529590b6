"""Logs and events: a WebSocket over a proven connection, read for a while and never followed."""

import logging
from collections import deque
from typing import TYPE_CHECKING

from .dialer import Dialer
from .failures import GatewayError, Trouble, refusal
from .limits import Budget, Limits

if TYPE_CHECKING:
    from websockets.sync.connection import Connection

_SILENT = logging.Logger("ampacity.gateway", level=logging.CRITICAL + 1)
"""The library's own notes would show the token."""
HANG_UP_SECONDS = 1.0
LEASE_NOT_FOUND = 4001
OWN_CODES = range(4000, 5000)
"""What the gateway closes with when it has nothing to send: 4000 trouble, 4001 no lease, 4002 not now."""


def tail(dialer: Dialer, path: str, token: str, *, most: int, limits: Limits) -> list[str]:
    """The last `most` messages of what comes within the limits. Raises `GatewayError`."""
    from websockets.exceptions import InvalidStatus, WebSocketException

    budget = Budget(limits.stream_seconds, limits.stream_bytes)
    try:
        with _open(dialer, path, token, budget, limits) as stream:
            return _read(stream, most, budget, token)
    except InvalidStatus as error:
        raise refusal(error.response.status_code, error.response.body or b"", token) from error
    except TimeoutError as error:
        raise GatewayError(Trouble.SLOW, f"{path}: no stream in time") from error
    except WebSocketException as error:
        raise GatewayError(Trouble.NONSENSE, f"{path}: {error}") from error
    except OSError as error:
        raise GatewayError(Trouble.UNREACHABLE, f"{path}: {error}") from error


def _open(dialer: Dialer, path: str, token: str, budget: Budget, limits: Limits) -> "Connection":
    from websockets.sync.client import connect

    sock = dialer.dial(budget)
    sock.settimeout(None)  # the library reads in a thread of its own and keeps time itself
    return connect(
        f"ws://{dialer.host.authority}{path}",  # TLS is there already, and the other side proven
        sock=sock,
        compression=None,  # a small frame could become a huge one
        additional_headers={"Authorization": f"Bearer {token}"},
        user_agent_header=None,
        proxy=None,
        open_timeout=budget.spare_seconds,
        close_timeout=HANG_UP_SECONDS,
        max_size=limits.frame_bytes,
        logger=_SILENT,
    )


def _read(stream: "Connection", most: int, budget: Budget, token: str) -> list[str]:
    """Ends where the other side does, and where the budget does: what came by then is kept."""
    from websockets.exceptions import ConnectionClosed

    kept: deque[str] = deque(maxlen=most)
    try:
        while True:
            message = stream.recv(timeout=budget.seconds_left())
            budget.take(len(message))
            kept.append(message if isinstance(message, str) else message.decode("utf-8", errors="replace"))
    except ConnectionClosed as closed:
        if closed.rcvd is not None and closed.rcvd.code in OWN_CODES and not kept:
            trouble = Trouble.NO_LEASE if closed.rcvd.code == LEASE_NOT_FOUND else Trouble.UNREACHABLE
            reason = closed.rcvd.reason.replace(token, "***")
            raise GatewayError(trouble, f"closed with {closed.rcvd.code}: {reason}") from closed
    except (TimeoutError, GatewayError):
        pass  # of a stream without end, what came is what was asked for
    return list(kept)
