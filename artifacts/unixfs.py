"""UnixFS v1: what the data of a dag-pb block says of a file, a directory or a link.

Source: github.com/ipfs/specs src/unixfs.md and IPIP-499 (2026-11-21).
"""

from collections.abc import Iterable
from enum import IntEnum

import msgspec

from .dagpb import PbLink, encode_node, pb_bytes, pb_fields, pb_varint

MURMUR3_X64_64 = 0x22


class NodeType(IntEnum):
    """The `Type` field."""

    RAW = 0
    DIRECTORY = 1
    FILE = 2
    METADATA = 3
    SYMLINK = 4
    HAMT_SHARD = 5


class UnixfsData(msgspec.Struct, frozen=True, kw_only=True):
    """A block's data field, read. Sizes are in bytes and as the block claims them."""

    type: NodeType
    data: bytes | None = None
    filesize: int | None = None
    blocksizes: tuple[int, ...] = ()
    hash_type: int | None = None
    fanout: int | None = None


def file_block(children: Iterable[tuple[PbLink, int]]) -> bytes:
    """A node of a file's tree over children with their content sizes."""
    rows = tuple(children)
    sizes = [size for _, size in rows]
    head = pb_varint(1, NodeType.FILE) + pb_varint(3, sum(sizes))
    return encode_node((link for link, _ in rows), head + b"".join(pb_varint(4, size) for size in sizes))


def directory_block(links: Iterable[PbLink]) -> bytes:
    """A plain directory; `links` must be sorted by the bytes of their names."""
    return encode_node(links, pb_varint(1, NodeType.DIRECTORY))


def symlink_block(target: bytes) -> bytes:
    """A symbolic link that says `target`."""
    return encode_node((), pb_varint(1, NodeType.SYMLINK) + pb_bytes(2, target))


def shard_block(links: Iterable[PbLink], bitfield: bytes, fanout: int) -> bytes:
    """One shard of a large directory; `bitfield` says which slots are taken, big-endian."""
    head = pb_varint(1, NodeType.HAMT_SHARD) + pb_bytes(2, bitfield)
    return encode_node(links, head + pb_varint(5, MURMUR3_X64_64) + pb_varint(6, fanout))


def decode_unixfs(message: bytes) -> UnixfsData:
    """A block's data field. Raises `ValueError` for what is no UnixFS.

    `mode` and `mtime`, which some writers add, are read over.
    """
    numbers: dict[int, int] = {}
    data: bytes | None = None
    sizes: list[int] = []
    for number, value in pb_fields(message):
        if number == 4 and isinstance(value, int):
            sizes.append(value)
        elif number == 2 and isinstance(value, bytes):
            data = value
        elif number in {1, 3, 5, 6, 7} and isinstance(value, int):
            numbers[number] = value
        elif number != 8 or isinstance(value, int):
            raise ValueError(f"UnixFS has no such field {number}")
    if 1 not in numbers:
        raise ValueError("UnixFS data says no type")
    return UnixfsData(
        type=NodeType(numbers[1]),
        data=data,
        filesize=numbers.get(3),
        blocksizes=tuple(sizes),
        hash_type=numbers.get(5),
        fanout=numbers.get(6),
    )
