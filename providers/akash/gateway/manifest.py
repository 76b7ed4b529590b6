"""Hands over the manifest: the same bytes again and again, until they are taken or it is no use."""

import threading
import time
from collections.abc import Callable, Iterator

from ....core.errors import CancelledError
from .failures import GatewayError, Trouble
from .limits import Limits

AGAIN = frozenset({Trouble.UNREACHABLE, Trouble.SLOW, Trouble.NO_LEASE, Trouble.TOKEN})
"""A provider that follows the chain a few blocks behind does not know the lease, or our key, yet."""

Send = Callable[[float], None]
"""One try that takes at most so many seconds."""


def insist(send: Send, limits: Limits, stop: threading.Event) -> None:
    """`send` until it succeeds. Raises once a `GatewayError` is final or patience ends.

    Then the last that said something: a last try with little time left is slow by our own fault.
    `stop` ends the waiting with `CancelledError`. To send again what has arrived is harmless.
    """
    until = time.monotonic() + limits.manifest_patience_seconds
    told: GatewayError | None = None
    refused_tokens = 0
    for pause in pauses(limits):
        try:
            return send(min(limits.manifest_seconds, until - time.monotonic()))
        except GatewayError as error:
            told = error if told is None or error.trouble is not Trouble.SLOW else told
            refused_tokens += error.trouble is Trouble.TOKEN
            late = time.monotonic() + pause >= until
            if error.trouble not in AGAIN or refused_tokens >= limits.token_tries or late:
                raise told from None
        if stop.wait(pause):
            raise CancelledError("Stopped before the provider had the manifest", fix="ampacity recover NAME")
    raise AssertionError("pauses never end")


def pauses(limits: Limits) -> Iterator[float]:
    """The first pause, then twice as long each time, up to the longest."""
    pause = limits.first_pause_seconds
    while True:
        yield pause
        pause = min(2 * pause, limits.longest_pause_seconds)
