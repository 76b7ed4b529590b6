"""Questions to sellers, many at a time: they are slow, and none waits for another's answer."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Q = TypeVar("Q")
A = TypeVar("A")
ASKERS = 16


def ask_all(ask: Callable[[Q], A], questions: Iterable[Q]) -> list[A]:
    """The answers in the order of `questions`. Raises what `ask` raises."""
    with ThreadPoolExecutor(max_workers=ASKERS) as pool:
        return list(pool.map(ask, questions))
