"""dag-pb and UnixFS: the canonical bytes, and nothing but them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.artifacts.cid import DAG_PB, RAW, cid_of
from ampacity.artifacts.dagpb import PbLink, PbNode, decode_node, encode_node
from ampacity.artifacts.unixfs import (
    NodeType,
    decode_unixfs,
    directory_block,
    file_block,
    shard_block,
    symlink_block,
)

LEAF = cid_of(RAW, b"hello")

links = st.builds(
    PbLink,
    cid=st.binary(max_size=8).map(lambda data: cid_of(RAW, data)),
    name=st.none() | st.text(max_size=8),
    tsize=st.none() | st.integers(0, (1 << 62)),
)
nodes = st.builds(PbNode, links=st.lists(links, max_size=5).map(tuple), data=st.none() | st.binary(max_size=20))


@given(nodes)
def test_a_node_leads_back_to_itself(node: PbNode) -> None:
    assert decode_node(encode_node(node.links, node.data)) == node


@given(st.binary(max_size=80))
def test_whatever_is_read_is_written_back_byte_for_byte(block: bytes) -> None:
    """So no two blocks are read as the same node."""
    try:
        node = decode_node(block)
    except ValueError:
        return
    assert encode_node(node.links, node.data) == block


def test_the_empty_folder_is_four_bytes() -> None:
    assert directory_block(()) == b"\x0a\x02\x08\x01"


def test_a_file_node_says_its_size_and_each_childs() -> None:
    link = PbLink(cid=LEAF, name="", tsize=5)
    data = decode_unixfs(decode_node(file_block([(link, 5), (link, 3)])).data or b"")
    assert data.type is NodeType.FILE
    assert data.filesize == 8
    assert data.blocksizes == (5, 3)


def test_a_symlink_is_type_4_with_its_target_as_data() -> None:
    assert decode_node(symlink_block(b"foo")).data == b"\x08\x04\x12\x03foo"


def test_a_shard_names_its_hash_and_fanout() -> None:
    data = decode_unixfs(decode_node(shard_block((), b"\x01", 256)).data or b"")
    assert (data.hash_type, data.fanout, data.data) == (0x22, 256, b"\x01")


@pytest.mark.parametrize(
    "message",
    [b"", b"\x08\x09", b"\x12\x00", b"\x08\x02\x2a\x00", b"\x08\x02\x10\x01", b"\x0d\0\0\0\0"],
    ids=["empty", "unknown type", "no type", "hash type as bytes", "data as number", "fixed32"],
)
def test_data_that_is_no_unixfs_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode_unixfs(message)


def test_the_published_blocks_are_read_and_written_back(vectors: Path) -> None:
    files = sorted((vectors / "dag-pb").glob("*.dag-pb"))
    assert len(files) == 17
    for file in files:
        block = file.read_bytes()
        assert str(cid_of(DAG_PB, block)) == file.stem.partition("__")[2]
        node = decode_node(block)
        assert encode_node(node.links, node.data) == block


def test_the_published_broken_blocks_are_refused(vectors: Path) -> None:
    cases = json.loads((vectors / "dag-pb-negative" / "decode__edges.json").read_text())
    assert len(cases) == 9
    for case in cases:
        with pytest.raises(ValueError, match=r".+"):
            decode_node(bytes.fromhex(case["hex"]))
