"""Waiting: polls and retries that end when they are done, when time is up, or when told to stop."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from ...providers.base import RETRYABLE, Failure, ProviderError

T = TypeVar("T")

RETRY_SECONDS = 60.0
UNREACHABLE_SECONDS = 8.0
"""How long a seller is tried that cannot be reached: that seldom passes while a person waits."""
LATE = 0.1


def poll(
    check: Callable[[], T | None],
    *,
    seconds: float,
    stop: threading.Event,
    first: float = 0.2,
    most: float = 1.0,
) -> T | None:
    """`check`'s first answer that is not `None`; `None` after `seconds` or once `stop` is set.

    Asks at least once. The pause between two questions is `LATE` of the time waited so far, between
    `first` and `most` seconds: what took long may be seen late, and what took seconds may not.
    """
    began = time.monotonic()
    while True:
        answer = check()
        waited = time.monotonic() - began
        pause = min(max(first, LATE * waited), most, seconds - waited)
        if answer is not None or pause <= 0 or stop.wait(pause):
            return answer


def retry(call: Callable[[], T], *, stop: threading.Event, seconds: float = RETRY_SECONDS) -> T:
    """`call`, again while its seller throttles or cannot be reached: then nothing was done.

    Raises the last `ProviderError` after `seconds` (`UNREACHABLE_SECONDS` where it cannot be
    reached) or once `stop` is set, any other at once.
    """
    began = time.monotonic()
    for delay in growing(0.5, 8.0):
        try:
            return call()
        except ProviderError as error:
            pause = delay * random.uniform(0.5, 1.0)  # noqa: S311 - spreads callers, guards nothing
            most = min(seconds, UNREACHABLE_SECONDS) if error.kind is Failure.UNREACHABLE else seconds
            late = time.monotonic() + pause - began > most
            if error.kind not in RETRYABLE or late or stop.wait(pause):
                raise
    raise AssertionError("delays never end")


def growing(first: float, most: float) -> Iterator[float]:
    """`first`, then half as much again each time, up to `most`, without end."""
    delay = first
    while True:
        yield delay
        delay = min(delay * 1.5, most)
