"""From a path to its blocks: UnixFS under profile `unixfs-v1-2025` (IPIP-499), without a daemon.

What belongs to a folder's content: everything in it, hidden files and empty folders too; symbolic
links as links, never followed. The path that a person names is followed, so that a link to a model
names the model. Owners, modes and times are left out: the same bytes have the same address.
"""

import os
import stat
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..core.errors import AmpacityError
from ..core.progress import Progress, silent
from .balanced import BalancedTree
from .blocks import Block, Entry, node_block, raw_block
from .content import UNIXFS_V1_2025, Content, Profile
from .failures import changed, show, unreadable, unsupported
from .hamt import hashed, shard
from .meter import metered
from .reader import WORKERS, hashed_chunks, open_steady
from .unixfs import directory_block, symlink_block

MAX_DEPTH = 200
"""Folders within folders; below Python's own limit, and far above what models have."""

Blocks = Generator[Block, None, Entry]


def build(path: Path, profile: Profile = UNIXFS_V1_2025) -> Generator[Block, None, Content]:
    """Yields every block of `path`, children before parents and the root last; returns what it is.

    Memory does not grow with the size of files. Raises `MissingError` or `UsageError` for what
    cannot be read or held, and `UnexpectedChangeError` for what changes under the reading.
    """
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="hash") as pool:
        walk = _Walk(profile, pool)
        root = yield from walk.root(path)
    return Content(
        cid=root.cid,
        size_bytes=root.content_bytes,
        blocks=walk.blocks,
        profile=profile.name,
        files=walk.files,
        directories=walk.directories,
        symlinks=walk.symlinks,
    )


def compute(path: Path, progress: Progress = silent) -> Content:
    """The content of `path`, its blocks let go. Raises as `build` does."""
    walk = metered(build(path), "hash", progress)
    while True:
        try:
            next(walk)
        except StopIteration as end:
            content: Content = end.value
            return content


class _Walk:
    """One walk over one path, with its counts."""

    def __init__(self, profile: Profile, pool: ThreadPoolExecutor) -> None:
        self._profile = profile
        self._pool = pool
        self.blocks = self.files = self.directories = self.symlinks = 0

    def root(self, path: Path) -> Blocks:
        try:
            mode = path.stat().st_mode
        except OSError as error:
            raise unreadable(path, error) from error
        if stat.S_ISDIR(mode):
            return (yield from self._directory(path, 0))
        return (yield from self._file(path, follow=True))

    def _file(self, path: Path, *, follow: bool = False) -> Blocks:
        self.files += 1
        tree = BalancedTree(self._profile.max_links)
        with open_steady(path, follow=follow) as (handle, size):
            for chunk in hashed_chunks(handle, size, self._profile.chunk_bytes, path, self._pool):
                block, leaf = raw_block(chunk.digest, chunk.data)
                yield self._count(block)
                for parent in tree.add(leaf):
                    yield self._count(parent)
            return (yield from self._counted(tree.finish()))

    def _directory(self, path: Path, depth: int) -> Blocks:
        if depth > MAX_DEPTH:
            raise unsupported(path, f"folders are nested more than {MAX_DEPTH} deep")
        self.directories += 1
        before = _directory_times(path)
        entries: list[tuple[str, Entry]] = []
        for child in _sorted_children(path):
            entry = yield from self._child(child, depth)
            entries.append((_name(child), entry))
        if _directory_times(path) != before:
            raise changed(path)
        return (yield from self._directory_node(path, entries))

    def _child(self, child: "os.DirEntry[str]", depth: int) -> Blocks:
        path = Path(child.path)
        if child.is_symlink():
            return (yield from self._symlink(path))
        if child.is_dir(follow_symlinks=False):
            return (yield from self._directory(path, depth + 1))
        if child.is_file(follow_symlinks=False):
            return (yield from self._file(path))
        raise unsupported(path, "it is neither a file nor a folder nor a link")

    def _symlink(self, path: Path) -> Blocks:
        self.symlinks += 1
        try:
            target = os.readlink(os.fsencode(path))  # noqa: PTH115 - a Path would tidy the bytes
        except OSError as error:
            raise unreadable(path, error) from error
        block, entry = node_block(symlink_block(target), 0, 0)
        yield self._count(block)
        return entry

    def _directory_node(self, path: Path, entries: list[tuple[str, Entry]]) -> Blocks:
        data = directory_block(entry.link(name) for name, entry in entries)
        if len(data) > self._profile.max_directory_block_bytes:
            try:
                return (yield from self._counted(shard(hashed(name, entry) for name, entry in entries)))
            except ValueError as error:
                raise unsupported(path, str(error)) from error
        dag = sum(entry.dag_bytes for _, entry in entries)
        block, node = node_block(data, dag, sum(entry.content_bytes for _, entry in entries))
        yield self._count(block)
        return node

    def _count(self, block: Block) -> Block:
        self.blocks += 1
        return block

    def _counted(self, blocks: Blocks) -> Blocks:
        while True:
            try:
                block = next(blocks)
            except StopIteration as end:
                entry: Entry = end.value
                return entry
            yield self._count(block)


def _sorted_children(path: Path) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(path) as found:
            return sorted(found, key=lambda child: os.fsencode(child.name))
    except OSError as error:
        raise unreadable(path, error) from error


def _directory_times(path: Path) -> tuple[int, int]:
    try:
        row = path.stat()
    except OSError as error:
        raise unreadable(path, error) from error
    return row.st_ino, row.st_mtime_ns


def _name(child: "os.DirEntry[str]") -> str:
    try:
        child.name.encode()
    except UnicodeEncodeError as error:
        raise _bad_name(child) from error
    return child.name


def _bad_name(child: "os.DirEntry[str]") -> AmpacityError:
    return unsupported(child.path, f"UnixFS names are UTF-8, and {show(child.name)} is not")
