"""CARv1 streams that any reader takes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ampacity.artifacts.blocks import Block
from ampacity.artifacts.car import car_header, car_stream
from ampacity.artifacts.cid import RAW, Cid, cid_from_bytes, cid_of, parse_cid
from ampacity.artifacts.varint import decode_varint


def _read(data: bytes) -> list[Block]:
    """Sections after the header, as the format says; for CIDs under sha2-256."""
    size, at = decode_varint(data)
    at += size
    found = []
    while at < len(data):
        size, at = decode_varint(data, at)
        name = 34 if data[at : at + 2] == b"\x12\x20" else 36
        found.append(Block(cid=cid_from_bytes(data[at : at + name]), data=data[at + name : at + size]))
        at += size
    return found


def test_a_header_with_one_root_has_59_bytes() -> None:
    assert len(car_header(cid_of(RAW, b""))) == 59


def test_a_header_with_a_version_0_root_is_two_bytes_shorter() -> None:
    assert len(car_header(parse_cid("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"))) == 57


def test_the_published_sample_has_our_header_and_sections(vectors: Path) -> None:
    """A gateway-conformance CAR with one root: written again from its own blocks, byte for byte."""
    sample = (vectors / "car" / "gwconf__symlink.car").read_bytes()
    before, _, _ = sample.partition(b"\x67version\x01")
    root = cid_from_bytes(before.partition(b"\xd8\x2a\x58\x23\x00")[2])
    assert b"".join(car_stream(root, _read(sample))) == sample


def test_all_blocks_of_a_tree_are_in_the_stream_and_the_root_is_last(
    tree: Path, blocks_of: Callable[[Path], tuple[Any, dict[Cid, bytes]]]
) -> None:
    content, blocks = blocks_of(tree)
    rows = [Block(cid=cid, data=data) for cid, data in blocks.items()]
    found = _read(b"".join(car_stream(content.cid, rows)))
    assert found == rows
    assert found[-1].cid == content.cid
    assert all(block.cid.names(block.data) for block in found)
