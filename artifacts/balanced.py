"""The tree over a file's leaves: balanced, packed level by level, the last node of each level short.

Source: IPIP-499, `unixfs-v1-2025` (2026-11-21). A lone last child still gets its parent.
"""

from collections.abc import Generator

from .blocks import Block, Entry, node_block
from .unixfs import file_block


class BalancedTree:
    """Takes leaves in order and yields each node once it is full. Memory: one node a level."""

    def __init__(self, max_links: int) -> None:
        self._max_links = max_links
        self._levels: list[list[Entry]] = [[]]

    def add(self, leaf: Entry) -> Generator[Block, None, None]:
        """Take the next leaf; yields the nodes that are now known to be complete."""
        yield from self._push(0, leaf)

    def finish(self) -> Generator[Block, None, Entry]:
        """Yields what is left, and returns the root. At least one leaf must have been added."""
        level = 0
        while len(self._levels) > level + 1 or len(self._levels[level]) > 1:
            if self._levels[level]:
                yield from self._close(level)
            level += 1
        return self._levels[level][0]

    def _push(self, level: int, entry: Entry) -> Generator[Block, None, None]:
        if level == len(self._levels):
            self._levels.append([])
        if len(self._levels[level]) == self._max_links:
            yield from self._close(level)
        self._levels[level].append(entry)

    def _close(self, level: int) -> Generator[Block, None, None]:
        children = self._levels[level]
        self._levels[level] = []
        content = sum(child.content_bytes for child in children)
        data = file_block((child.link(""), child.content_bytes) for child in children)
        block, entry = node_block(data, sum(child.dag_bytes for child in children), content)
        yield block
        yield from self._push(level + 1, entry)
