"""One call at a time, in this process: creates of one token, transactions of one account."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary


class _Turn:
    """Who holds it may act; it lives as long as someone holds or awaits it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


_TURNS: WeakValueDictionary[str, _Turn] = WeakValueDictionary()
_GUARD = threading.Lock()


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Wait until no other thread of this process acts under `name`: a token, or an account."""
    with _GUARD:
        turn = _TURNS.get(name)
        if turn is None:
            turn = _TURNS[name] = _Turn()
    with turn.lock:
        yield
