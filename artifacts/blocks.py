"""Blocks on their way out of the builder, and the entries that parents keep of them."""

import msgspec

from .cid import DAG_PB, RAW, Cid, cid_of, cid_of_digest
from .dagpb import PbLink


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One block and its name."""

    cid: Cid
    data: bytes


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A finished piece of a DAG: `dag_bytes` with all below it, `content_bytes` of its file or folder."""

    cid: Cid
    dag_bytes: int
    content_bytes: int

    def link(self, name: str) -> PbLink:
        """How a parent points here. Children of a file have an empty name."""
        return PbLink(cid=self.cid, name=name, tsize=self.dag_bytes)


def raw_block(digest: bytes, data: bytes) -> tuple[Block, Entry]:
    """A leaf whose sha2-256 is known."""
    cid = cid_of_digest(RAW, digest)
    return Block(cid=cid, data=data), Entry(cid=cid, dag_bytes=len(data), content_bytes=len(data))


def node_block(data: bytes, children_bytes: int, content_bytes: int) -> tuple[Block, Entry]:
    """A dag-pb block over children whose DAGs hold `children_bytes`."""
    cid = cid_of(DAG_PB, data)
    entry = Entry(cid=cid, dag_bytes=len(data) + children_bytes, content_bytes=content_bytes)
    return Block(cid=cid, data=data), entry
