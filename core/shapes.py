"""Types made ready for threads.

msgspec (0.22.0) builds what it knows of a struct on its first use, and crashes the process when two
threads do so at once: 9 of 60 runs of twelve threads that first convert the same nested struct,
0 of 40 with the type made ready before (2026-11-21). So every type that threads decode goes through
`ready`, which builds it under one lock.
"""

import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_lock = threading.Lock()
_built: set[Any] = set()


def ready(kind: type[T]) -> type[T]:
    """`kind`, safe to decode from any thread from now on, together with all that is nested in it."""
    if kind not in _built:
        with _lock:
            msgspec.json.Decoder(kind)
            _built.add(kind)
    return kind
