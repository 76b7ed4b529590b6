"""A file on disk against a file's tree of blocks: which chunks differ, in the tree's own chunk sizes."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from .cid import RAW, Cid, cid_of_digest
from .content import Difference, DifferenceKind
from .dagpb import MAX_BLOCK_BYTES
from .reader import open_steady, read_exactly
from .wanted import BlockSource, UnlocatedError, WantedNode, content_bytes, file_children, is_leaf, open_wanted

MAX_LEVELS = 16


class FileComparison:
    """One file against one tree. Leaves that are plain bytes are compared by hash, without a fetch."""

    def __init__(self, path: Path, shown: str, source: BlockSource) -> None:
        self._path = path
        self._shown = shown
        self._source = source
        self._handle = -1
        self._size = 0

    def differences(self, cid: Cid, *, follow: bool = False) -> Iterator[Difference]:
        """Where the file departs from `cid`, in order. Raises `UnlocatedError` where blocks lack."""
        with open_steady(self._path, follow=follow) as (self._handle, self._size):
            if is_leaf(cid):
                yield from self._single(cid)
                return
            node = open_wanted(cid, self._source)
            total = content_bytes(node)
            yield from self._node(cid, node, 0, min(total, self._size))
            if total != self._size:
                yield self._sizes(total)

    def _single(self, cid: Cid) -> Iterator[Difference]:
        if self._size > MAX_BLOCK_BYTES:
            yield self._chunk(0, self._size, cid, "more than one block can hold")
        else:
            yield from self._leaf(cid, 0, self._size)

    def _node(self, cid: Cid, node: WantedNode, offset: int, end: int, level: int = 0) -> Iterator[Difference]:
        """The subtree that starts at `offset`; nothing is read at or after `end`."""
        if level > MAX_LEVELS:
            raise UnlocatedError("a file in the content is nested too deep")
        if not node.links:
            yield from self._inline(cid, node.unixfs.data or b"", offset, end)
            return
        for child, size in file_children(node):
            if offset + size > end:
                return  # the rest is told as a difference in size
            if is_leaf(child):
                yield from self._leaf(child, offset, size)
            else:
                below = open_wanted(child, self._source)
                if content_bytes(below) != size:
                    raise UnlocatedError("a file in the content has another size than its parent says")
                yield from self._node(child, below, offset, end, level + 1)
            offset += size

    def _leaf(self, cid: Cid, offset: int, size: int) -> Iterator[Difference]:
        if size > MAX_BLOCK_BYTES or cid.sha256 is None:
            raise UnlocatedError("a leaf is larger than a block, or not under sha2-256")
        found = hashlib.sha256(read_exactly(self._handle, offset, size, self._path)).digest()
        if found != cid.sha256:
            yield self._chunk(offset, size, cid, str(cid_of_digest(RAW, found)))

    def _inline(self, cid: Cid, data: bytes, offset: int, end: int) -> Iterator[Difference]:
        size = min(len(data), end - offset)
        if read_exactly(self._handle, offset, size, self._path) != data[:size]:
            yield self._chunk(offset, size, cid, "other bytes")

    def _chunk(self, offset: int, size: int, cid: Cid, found: str) -> Difference:
        return Difference(
            path=self._shown,
            kind=DifferenceKind.CHUNK,
            offset_bytes=offset,
            length_bytes=size,
            wanted=str(cid),
            found=found,
        )

    def _sizes(self, total: int) -> Difference:
        return Difference(
            path=self._shown,
            kind=DifferenceKind.SIZE,
            offset_bytes=min(total, self._size),
            wanted=f"{total} bytes",
            found=f"{self._size} bytes",
        )
