"""Large directories as a hash trie: a name's slot on each level is the next byte of its murmur3.

Source: github.com/ipfs/specs src/unixfs.md, "HAMT structure and parameters" (2026-11-21).
"""

from collections.abc import Generator, Iterable
from itertools import groupby

import msgspec

from .blocks import Block, Entry, node_block
from .unixfs import shard_block

HASH_BYTES = 8
FANOUT = 256
"""One byte of the hash a level; the only fanout that is in use."""


class HashedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A directory's entry with the hash that says where it goes."""

    key: bytes
    name: str
    entry: Entry


def hashed(name: str, entry: Entry) -> HashedEntry:
    """`entry` under `name`, with murmur3-x64-64 of the name, big-endian."""
    import mmh3

    key = mmh3.hash64(name.encode(), x64arch=True, signed=False)[0].to_bytes(HASH_BYTES, "big")
    return HashedEntry(key=key, name=name, entry=entry)


def shard(entries: Iterable[HashedEntry], *, level: int = 0) -> Generator[Block, None, Entry]:
    """Yields the shards below and then the one over `entries`, which it returns.

    Raises `ValueError` where two names have the same whole hash: no trie can hold both.
    """
    if level == HASH_BYTES:
        raise ValueError("two names have the same 64-bit hash")
    links, bits, children, content = [], 0, 0, 0
    for slot, group in groupby(sorted(entries, key=lambda row: row.key), key=lambda row: row.key[level]):
        rows = list(group)
        if len(rows) == 1:
            name, entry = rows[0].name, rows[0].entry
        else:
            name, entry = "", (yield from shard(rows, level=level + 1))
        links.append(entry.link(f"{slot:02X}{name}"))
        bits |= 1 << slot
        children += entry.dag_bytes
        content += entry.content_bytes
    bitfield = bits.to_bytes((bits.bit_length() + 7) // 8, "big")
    block, entry = node_block(shard_block(links, bitfield, FANOUT), children, content)
    yield block
    return entry
