"""A regular file's chunks with their sha2-256, hashed ahead in threads within bounded memory."""

import hashlib
import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path

import msgspec

from .failures import changed, unreadable, unsupported

WORKERS = 2
AHEAD = 2 * WORKERS
"""Chunks in flight; with 1 MiB chunks this is all the memory that a file of any size takes."""


class HashedChunk(msgspec.Struct, frozen=True):
    """Bytes of a file and their sha2-256."""

    data: bytes
    digest: bytes


@contextmanager
def open_steady(path: Path, *, follow: bool = False) -> Iterator[tuple[int, int]]:
    """A regular file's descriptor and size; on leaving, raises if it changed meanwhile.

    Raises `MissingError`, `UsageError` or `UnexpectedChangeError`. Never waits on a pipe.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    try:
        handle = os.open(path, flags)
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise unsupported(path, "it is neither a file nor a folder nor a link")
        yield handle, before.st_size
        after = os.fstat(handle)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise changed(path)
    finally:
        os.close(handle)


def read_exactly(handle: int, offset: int, length: int, path: Path) -> bytes:
    """`length` bytes at `offset`; raises `UnexpectedChangeError` where the file has become shorter."""
    try:
        data = os.pread(handle, length, offset)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(data) != length:
        raise changed(path)
    return data


def hashed_chunks(handle: int, size: int, chunk_bytes: int, path: Path, pool: Executor) -> Iterator[HashedChunk]:
    """The file's chunks in order; an empty file is one empty chunk."""

    def one(offset: int) -> HashedChunk:
        data = read_exactly(handle, offset, min(chunk_bytes, size - offset), path)
        return HashedChunk(data, hashlib.sha256(data).digest())

    if size <= chunk_bytes:
        yield one(0)
    else:
        yield from _ahead(one, range(0, size, chunk_bytes), pool)


def _ahead(work: Callable[[int], HashedChunk], offsets: range, pool: Executor) -> Iterator[HashedChunk]:
    waiting: deque[Future[HashedChunk]] = deque()
    try:
        for offset in offsets:
            if len(waiting) == AHEAD:
                yield waiting.popleft().result()
            waiting.append(pool.submit(work, offset))
        while waiting:
            yield waiting.popleft().result()
    finally:
        _settle(waiting)


def _settle(waiting: "deque[Future[HashedChunk]]") -> None:
    """No thread may still read when the descriptor is closed: its number could be another file's."""
    for future in waiting:
        if not future.cancel():
            future.exception()
