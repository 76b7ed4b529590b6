"""A path on disk against the wanted content's own blocks, whatever profile wrote them."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from .cid import Cid
from .compare_file import FileComparison
from .content import Difference, DifferenceKind
from .failures import show, unreadable
from .unixfs import NodeType
from .wanted import BlockSource, UnlocatedError, WantedNode, folder_children, is_leaf, open_wanted

_KINDS = {
    NodeType.DIRECTORY: "folder",
    NodeType.HAMT_SHARD: "folder",
    NodeType.SYMLINK: "link",
    NodeType.FILE: "file",
    NodeType.RAW: "file",
}


def compare(path: Path, cid: Cid, source: BlockSource) -> Iterator[Difference]:
    """Every place where `path` departs from `cid`, in the order of names.

    Raises `UnlocatedError` where the content's blocks cannot be had or read. The path itself is
    followed if it is a link, as when its content is computed.
    """
    yield from _compare(path, "", cid, source, follow=True)


def _compare(path: Path, shown: str, cid: Cid, source: BlockSource, *, follow: bool = False) -> Iterator[Difference]:
    node = None if is_leaf(cid) else open_wanted(cid, source)
    wanted = "file" if node is None else _kind_of_node(node)
    found = _kind_on_disk(path, follow=follow)
    if wanted != found:
        kind = DifferenceKind.MISSING if found == "nothing" else DifferenceKind.KIND
        yield Difference(path=shown, kind=kind, wanted=wanted, found=found)
    elif node is None or wanted == "file":
        yield from FileComparison(path, shown, source).differences(cid, follow=follow)
    elif wanted == "folder":
        yield from _compare_folder(path, shown, node, source)
    else:
        yield from _compare_link(path, shown, node)


def _compare_folder(path: Path, shown: str, node: WantedNode, source: BlockSource) -> Iterator[Difference]:
    wanted = folder_children(node, source)
    found = {os.fsencode(name): name for name in _names(path)}
    expected = {name.encode(): name for name in wanted}
    for key in sorted(found | expected):
        below = f"{shown}/{show(key)}" if shown else show(key)
        if key not in expected:
            yield Difference(path=below, kind=DifferenceKind.EXTRA, wanted="nothing", found="something")
        elif key not in found:
            yield Difference(path=below, kind=DifferenceKind.MISSING, wanted="something", found="nothing")
        else:
            yield from _compare(path / found[key], below, wanted[expected[key]], source)


def _compare_link(path: Path, shown: str, node: WantedNode) -> Iterator[Difference]:
    wanted = node.unixfs.data or b""
    found = os.readlink(os.fsencode(path))  # noqa: PTH115 - a Path would tidy the bytes
    if wanted != found:
        yield Difference(path=shown, kind=DifferenceKind.TARGET, wanted=show(wanted), found=show(found))


def _kind_of_node(node: WantedNode) -> str:
    if node.unixfs.type not in _KINDS:
        raise UnlocatedError(f"there is no way to compare UnixFS type {node.unixfs.type}")
    return _KINDS[node.unixfs.type]


def _kind_on_disk(path: Path, *, follow: bool) -> str:
    try:
        mode = path.stat(follow_symlinks=follow).st_mode
    except FileNotFoundError:
        return "nothing"
    except OSError as error:
        raise unreadable(path, error) from error
    if stat.S_ISLNK(mode):
        return "link"
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else "special file"


def _names(path: Path) -> list[str]:
    try:
        return os.listdir(path)  # noqa: PTH208 - names, not paths
    except OSError as error:
        raise unreadable(path, error) from error
