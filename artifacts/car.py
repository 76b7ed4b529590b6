"""CARv1: a header that names the root, then every block with its CID, streamed.

Source: ipld.io/specs/transport/car/carv1 (2026-11-21). CARv2 over HTTP works only from Kubo 0.41 on.
"""

from collections.abc import Iterable, Iterator

from .blocks import Block
from .cid import Cid
from .varint import encode_varint

_TAG_CID = b"\xd8\x2a"
"""CBOR tag 42: what follows is a CID."""


def car_header(root: Cid) -> bytes:
    """The header's section: DAG-CBOR of `{roots: [root], version: 1}`, its length before it."""
    link = b"\0" + bytes(root)  # the zero is the identity multibase
    roots = b"\x65roots\x81" + _TAG_CID + _byte_string(link)
    body = b"\xa2" + roots + b"\x67version\x01"
    return encode_varint(len(body)) + body


def car_section(block: Block) -> bytes:
    """What goes before the block's data: the section's length, and the CID."""
    name = bytes(block.cid)
    return encode_varint(len(name) + len(block.data)) + name


def car_stream(root: Cid, blocks: Iterable[Block]) -> Iterator[bytes]:
    """The whole CAR piece by piece; no block is copied."""
    yield car_header(root)
    for block in blocks:
        yield car_section(block)
        yield block.data


def _byte_string(data: bytes) -> bytes:
    """CBOR byte string in its shortest form; a CID has at most some 140 bytes."""
    size = len(data)
    head = bytes((0x40 + size,)) if size < 24 else bytes((0x58, size))
    return head + data
