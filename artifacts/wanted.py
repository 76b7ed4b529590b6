"""Reading the wanted content's own blocks: fetched by name, hashed, then read strictly."""

from typing import Protocol

import msgspec

from .cid import DAG_PB, RAW, Cid
from .dagpb import PbLink, decode_node
from .hamt import FANOUT, HASH_BYTES
from .unixfs import MURMUR3_X64_64, NodeType, UnixfsData, decode_unixfs


class BlockSource(Protocol):
    """Who may have blocks: a node, a CAR, a dictionary in a test."""

    def block(self, cid: Cid) -> bytes | None:
        """The block, or None where it is not held."""
        ...


class UnlocatedError(Exception):
    """The wanted content cannot be looked into; the text says why."""


class WantedNode(msgspec.Struct, frozen=True, kw_only=True):
    """One dag-pb block of the wanted content."""

    links: tuple[PbLink, ...]
    unixfs: UnixfsData


def is_leaf(cid: Cid) -> bool:
    """Whether `cid` names plain bytes of a file."""
    return cid.codec == RAW


def open_wanted(cid: Cid, source: BlockSource) -> WantedNode:
    """The node behind a dag-pb `cid`. Raises `UnlocatedError`."""
    if cid.codec != DAG_PB or cid.sha256 is None:
        raise UnlocatedError(f"{cid} is not UnixFS under sha2-256")
    block = source.block(cid)
    if block is None:
        raise UnlocatedError(f"the block {cid} is not held there")
    if not cid.names(block):
        raise UnlocatedError(f"the block {cid} has other bytes than its name says")
    try:
        node = decode_node(block)
        return WantedNode(links=node.links, unixfs=decode_unixfs(node.data or b""))
    except ValueError as error:
        raise UnlocatedError(f"the block {cid} cannot be read: {error}") from error


def content_bytes(node: WantedNode) -> int:
    """The size of the file below `node`. Raises `UnlocatedError` where it is no file or contradicts itself."""
    data = node.unixfs
    if data.type not in {NodeType.FILE, NodeType.RAW}:
        raise UnlocatedError("a file in the content has a part that is no file")
    held = sum(data.blocksizes) if node.links else len(data.data or b"")
    if data.filesize not in {None, held}:
        raise UnlocatedError("a file's sizes do not fit its links")
    return held


def file_children(node: WantedNode) -> list[tuple[Cid, int]]:
    """The children of a file's node with their sizes in bytes. Raises `UnlocatedError` if they do not fit."""
    sizes = node.unixfs.blocksizes
    if len(sizes) != len(node.links) or node.unixfs.data or 0 in sizes:
        raise UnlocatedError("a file's sizes do not fit its links")
    return [(link.cid, size) for link, size in zip(node.links, sizes, strict=True)]


def folder_children(node: WantedNode, source: BlockSource) -> dict[str, Cid]:
    """A folder's names, a sharded one's among them. Raises `UnlocatedError` for names no folder can have."""
    found: dict[str, Cid] = {}
    if node.unixfs.type is NodeType.DIRECTORY:
        for link in node.links:
            _add(found, link.name or "", link.cid)
    else:
        _collect(node, source, found, 0)
    return found


def _collect(node: WantedNode, source: BlockSource, found: dict[str, Cid], level: int) -> None:
    """Every visit adds a new name or ends the walk, so no shard can make it endless."""
    data = node.unixfs
    known = data.type is NodeType.HAMT_SHARD and data.hash_type == MURMUR3_X64_64 and data.fanout == FANOUT
    if not known or level == HASH_BYTES or (level and not node.links):
        raise UnlocatedError("a sharded folder has a form that is not in use")
    for link in node.links:
        name = (link.name or "")[2:]
        if name:
            _add(found, name, link.cid)
        else:
            _collect(open_wanted(link.cid, source), source, found, level + 1)


def _add(found: dict[str, Cid], name: str, cid: Cid) -> None:
    if not name or name in {".", ".."} or "/" in name or "\0" in name or name in found:
        raise UnlocatedError("a folder in the content has a name that no folder can have")
    found[name] = cid
