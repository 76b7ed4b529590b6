"""dag-pb, the block format under UnixFS: one canonical form, links before data.

Source: ipld.io/specs/codecs/dag-pb/spec (2026-11-21).
"""

from collections.abc import Iterable, Iterator

import msgspec

from .cid import Cid, cid_from_bytes
from .varint import decode_varint, encode_varint

MAX_BLOCK_BYTES = 2 << 20
"""Largest block that nodes exchange (Kubo 0.40)."""

_VARINT, _BYTES = 0, 2


class PbLink(msgspec.Struct, frozen=True, kw_only=True):
    """`tsize` is the size in bytes of the linked block and all below it, as its writer claims."""

    cid: Cid
    name: str | None = None
    tsize: int | None = None


class PbNode(msgspec.Struct, frozen=True, kw_only=True):
    """A block's content. No data and empty data are different."""

    links: tuple[PbLink, ...] = ()
    data: bytes | None = None


def encode_node(links: Iterable[PbLink], data: bytes | None) -> bytes:
    """The block's bytes. Links stay in the order given: sorting is the caller's promise."""
    rows = [pb_bytes(2, _encode_link(link)) for link in links]
    tail = [] if data is None else [pb_bytes(1, data)]
    return b"".join((*rows, *tail))


def decode_node(block: bytes) -> PbNode:
    """Strict inverse of `encode_node`. Raises `ValueError` for what is not canonical dag-pb."""
    if len(block) > MAX_BLOCK_BYTES:
        raise ValueError("a block is larger than nodes exchange")
    links: list[PbLink] = []
    data: bytes | None = None
    for number, value in pb_fields(block):
        if not isinstance(value, bytes) or number not in {1, 2}:
            raise ValueError(f"dag-pb has no such field {number}")
        if data is not None:
            raise ValueError("dag-pb has nothing after its data")
        if number == 2:
            links.append(_decode_link(value))
        else:
            data = value
    return PbNode(links=tuple(links), data=data)


def pb_fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Field numbers and values of a protobuf message of varints and byte strings; raises `ValueError`."""
    at = 0
    while at < len(message):
        key, at = decode_varint(message, at)
        if key & 7 == _VARINT:
            value, at = decode_varint(message, at)
            yield key >> 3, value
        elif key & 7 == _BYTES:
            length, at = decode_varint(message, at)
            if length > len(message) - at:
                raise ValueError("a field is cut short")
            yield key >> 3, message[at : at + length]
            at += length
        else:
            raise ValueError(f"there is no wire type {key & 7} here")


def pb_varint(number: int, value: int) -> bytes:
    """One varint field."""
    return encode_varint(number << 3 | _VARINT) + encode_varint(value)


def pb_bytes(number: int, value: bytes) -> bytes:
    """One field of bytes."""
    return encode_varint(number << 3 | _BYTES) + encode_varint(len(value)) + value


def _encode_link(link: PbLink) -> bytes:
    name = b"" if link.name is None else pb_bytes(2, link.name.encode())
    tsize = b"" if link.tsize is None else pb_varint(3, link.tsize)
    return pb_bytes(1, bytes(link.cid)) + name + tsize


def _decode_link(message: bytes) -> PbLink:
    found: dict[int, int | bytes] = {}
    for number, value in pb_fields(message):
        if found and number <= max(found):
            raise ValueError("a link's fields are repeated or out of order")
        found[number] = value
    cid, name, tsize = found.pop(1, None), found.pop(2, None), found.pop(3, None)
    if not isinstance(cid, bytes) or isinstance(name, int) or isinstance(tsize, bytes) or found:
        raise ValueError("a link's fields are not those of dag-pb")
    return PbLink(cid=cid_from_bytes(cid), name=None if name is None else name.decode(), tsize=tsize)
