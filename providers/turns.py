"""One create call a token at a time, in this process: for sellers that would make two machines of two calls."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from .machine import Token


class _Turn:
    """Who holds it may create; it lives as long as someone holds or awaits it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


_TURNS: WeakValueDictionary[Token, _Turn] = WeakValueDictionary()
_GUARD = threading.Lock()


@contextmanager
def one_at_a_time(token: Token) -> Iterator[None]:
    """Wait until no other thread of this process is creating under `token`."""
    with _GUARD:
        turn = _TURNS.get(token)
        if turn is None:
            turn = _TURNS[token] = _Turn()
    with turn.lock:
        yield
