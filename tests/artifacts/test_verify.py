"""Verification: yes, or exactly where not; and no block is believed for its name."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.artifacts import DifferenceKind, KuboNode, compute, parse_cid, verify
from ampacity.artifacts.cid import DAG_PB, RAW, Cid, cid_from_bytes, cid_of
from ampacity.artifacts.content import Difference, Profile
from ampacity.artifacts.dagpb import PbLink, encode_node
from ampacity.artifacts.unixfs import NodeType, directory_block, file_block, shard_block
from ampacity.artifacts.verification import MAX_DIFFERENCES

BlocksOf = Callable[..., tuple[Any, Any]]
MIB = 1 << 20


def _kinds(rows: tuple[Difference, ...]) -> list[tuple[str, DifferenceKind]]:
    return [(row.path, row.kind) for row in rows]


def test_an_untouched_path_matches_without_any_node(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", None)
    outcome = verify(tree, compute(tree).cid)
    assert outcome.matches
    assert outcome.sentence.startswith("The path holds bafy")


def test_without_the_contents_blocks_only_the_roots_can_differ(tree: Path) -> None:
    wanted = compute(tree).cid
    (tree / "a.bin").write_bytes(b"other")
    outcome = verify(tree, wanted)
    assert (outcome.matches, outcome.located, outcome.differences) == (False, False, ())
    assert "a node that holds" in outcome.note


def test_the_exact_file_and_chunk_are_named(tmp_path: Path, blocks_of: BlocksOf) -> None:
    file = tmp_path / "big"
    file.write_bytes(b"".join(bytes([at]) * MIB for at in range(5)))
    content, blocks = blocks_of(tmp_path)
    with file.open("r+b") as out:
        out.seek(3 * MIB + 17)
        out.write(b"!")
    (row,) = verify(tmp_path, content.cid, blocks).differences
    assert (row.path, row.kind) == ("big", DifferenceKind.CHUNK)
    assert (row.offset_bytes, row.length_bytes) == (3 * MIB, MIB)
    assert row.wanted == str(cid_of(RAW, b"\3" * MIB))
    assert row.found == str(cid_of(RAW, b"\3" * 17 + b"!" + b"\3" * (MIB - 18)))


def test_everything_that_can_change_in_a_folder_is_told_apart(tree: Path, blocks_of: BlocksOf) -> None:
    content, blocks = blocks_of(tree)
    (tree / "a.bin").write_bytes(b"ALPHA")
    (tree / "empty").rmdir()
    (tree / "empty").write_bytes(b"")
    (tree / "sub" / "b.bin").unlink()
    (tree / "sub" / "c.bin").write_bytes(b"")
    (tree / "link").unlink()
    (tree / "link").symlink_to("elsewhere")
    outcome = verify(tree, content.cid, blocks)
    assert _kinds(outcome.differences) == [
        ("a.bin", DifferenceKind.CHUNK),
        ("empty", DifferenceKind.KIND),
        ("link", DifferenceKind.TARGET),
        ("sub/b.bin", DifferenceKind.MISSING),
        ("sub/c.bin", DifferenceKind.EXTRA),
    ]


@pytest.mark.parametrize(("after", "end"), [(b"abcdefgh" * 2 + b"i", 16), (b"abcdefgh" * 1 + b"abcd", 12)])
def test_a_longer_or_shorter_file_says_where_the_common_part_ends(
    after: bytes, end: int, tmp_path: Path, small_profile: Profile, blocks_of: BlocksOf
) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"abcdefgh" * 2)
    content, blocks = blocks_of(file, small_profile)
    file.write_bytes(after)
    (row,) = verify(file, content.cid, blocks).differences
    assert (row.path, row.kind, row.offset_bytes) == ("", DifferenceKind.SIZE, end)


@settings(max_examples=60, deadline=None)
@given(
    data=st.binary(min_size=1, max_size=120),
    at=st.integers(0, 119),
    flip=st.integers(1, 255),
)
def test_any_flipped_byte_is_found_in_its_chunk(
    data: bytes, at: int, flip: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    profile = Profile(name="small", chunk_bytes=4, max_links=3, max_directory_block_bytes=300, hamt_fanout=256)
    from ampacity.artifacts.builder import build

    at %= len(data)
    folder = tmp_path_factory.mktemp("flip")
    (folder / "f").write_bytes(data)
    blocks = {block.cid: block.data for block in build(folder, profile)}
    root = list(blocks)[-1]
    source = type("Source", (), {"block": staticmethod(blocks.get)})()
    assert verify(folder, root, source).matches
    (folder / "f").write_bytes(data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :])
    (row,) = verify(folder, root, source).differences
    assert row.offset_bytes == at - at % 4
    assert row.length_bytes == min(4, len(data) - at + at % 4)


def test_the_same_bytes_under_another_profile_match(tree: Path, small_profile: Profile, blocks_of: BlocksOf) -> None:
    content, blocks = blocks_of(tree, small_profile)
    assert content.cid != compute(tree).cid
    outcome = verify(tree, content.cid, blocks)
    assert outcome.matches
    assert "another profile" in outcome.sentence


def test_a_sharded_folder_is_compared_name_by_name(tmp_path: Path, small_profile: Profile, blocks_of: BlocksOf) -> None:
    for number in range(40):
        (tmp_path / f"n{number:03}").write_bytes(b"x")
    content, blocks = blocks_of(tmp_path, small_profile)
    (tmp_path / "n007").write_bytes(b"y")
    (tmp_path / "n013").unlink()
    assert _kinds(verify(tmp_path, content.cid, blocks).differences) == [
        ("n007", DifferenceKind.CHUNK),
        ("n013", DifferenceKind.MISSING),
    ]


def test_many_differences_are_cut_off_and_said_to_be(tmp_path: Path, blocks_of: BlocksOf) -> None:
    content, blocks = blocks_of(tmp_path)
    for number in range(MAX_DIFFERENCES + 1):
        (tmp_path / f"{number}").write_bytes(b"")
    outcome = verify(tmp_path, content.cid, blocks)
    assert len(outcome.differences) == MAX_DIFFERENCES
    assert "more than" in outcome.note


def test_a_block_with_other_bytes_than_its_name_is_not_believed(tree: Path, blocks_of: BlocksOf) -> None:
    content, blocks = blocks_of(tree)
    (tree / "a.bin").write_bytes(b"other")
    blocks[content.cid] = directory_block(())
    outcome = verify(tree, content.cid, blocks)
    assert (outcome.matches, outcome.located) == (False, False)
    assert "other bytes" in outcome.note


def test_a_missing_block_is_said_and_proves_nothing(tree: Path, blocks_of: BlocksOf) -> None:
    content, blocks = blocks_of(tree)
    (tree / "a.bin").write_bytes(b"other")
    del blocks[content.cid]
    outcome = verify(tree, content.cid, blocks)
    assert (outcome.matches, outcome.located) == (False, False)
    assert "not held" in outcome.note


def test_a_node_that_is_absent_does_not_hide_the_difference(tree: Path) -> None:
    wanted = compute(tree).cid
    (tree / "a.bin").write_bytes(b"other")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = verify(tree, wanted, KuboNode(f"http://127.0.0.1:{port}"))
    assert (outcome.matches, outcome.located) == (False, False)
    assert "There is no IPFS node" in outcome.note


def test_a_hash_that_is_not_computed_here_is_said(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"hi")
    identity = cid_from_bytes(b"\x01\x70\x00\x02\x0a\x00")
    outcome = verify(tmp_path / "f", identity, type("None_", (), {"block": staticmethod(lambda _: None)})())
    assert not outcome.matches
    assert "sha2-256" in outcome.note


LEAF = cid_of(RAW, b"x")


def _hostile() -> dict[str, bytes]:
    """Well-formed blocks with content that no honest writer makes."""
    two = [PbLink(cid=LEAF, name="a"), PbLink(cid=LEAF, name="a")]
    empty_shard = shard_block((), b"", 256)
    return {
        "a name that climbs": directory_block([PbLink(cid=LEAF, name="..")]),
        "a name with a slash": directory_block([PbLink(cid=LEAF, name="../../etc/passwd")]),
        "no name": directory_block([PbLink(cid=LEAF)]),
        "a name twice": directory_block(two),
        "an empty shard below": shard_block([PbLink(cid=cid_of(DAG_PB, empty_shard), name="00")], b"\1", 256),
        "another fanout": shard_block([PbLink(cid=LEAF, name="00a")], b"\1", 16),
        "no unixfs": encode_node((), b"\xff"),
        "metadata": encode_node((), bytes([8, NodeType.METADATA])),
    }


@pytest.mark.parametrize("case", sorted(_hostile()))
def test_hostile_folders_are_not_followed(case: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    blocks = {cid_of(DAG_PB, data): data for data in (_hostile()[case], shard_block((), b"", 256))}
    source = type("Source", (), {"block": staticmethod(blocks.get)})()
    outcome = verify(tmp_path, cid_of(DAG_PB, _hostile()[case]), source)
    assert (outcome.matches, outcome.located, outcome.differences) == (False, False, ())


def _lying_file(claimed: int) -> tuple[Cid, dict[Cid, bytes]]:
    """A root that claims `claimed` bytes for a child that holds one."""
    child = file_block([(PbLink(cid=LEAF, name="", tsize=1), 1)])
    root = file_block([(PbLink(cid=cid_of(DAG_PB, child), name="", tsize=1), claimed)])
    return cid_of(DAG_PB, root), {cid_of(DAG_PB, data): data for data in (child, root)}


@pytest.mark.parametrize("claimed", [0, 2])
def test_a_file_that_contradicts_itself_is_not_followed(claimed: int, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * claimed)
    root, blocks = _lying_file(claimed)
    source = type("Source", (), {"block": staticmethod(blocks.get)})()
    assert not verify(tmp_path / "f", root, source).located


def test_a_file_that_claims_to_be_enormous_is_a_difference_in_size(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    root, blocks = _lying_file(1 << 60)
    source = type("Source", (), {"block": staticmethod(blocks.get)})()
    (row,) = verify(tmp_path / "f", root, source).differences
    assert (row.kind, row.wanted) == (DifferenceKind.SIZE, f"{1 << 60} bytes")


def test_a_version_0_name_is_compared_through_its_blocks(tmp_path: Path) -> None:
    """The empty folder, as old writers name it."""
    wanted = parse_cid("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn")
    source = type("Source", (), {"block": staticmethod({wanted: directory_block(())}.get)})()
    assert verify(tmp_path, wanted, source).matches
    (tmp_path / "f").write_bytes(b"")
    assert _kinds(verify(tmp_path, wanted, source).differences) == [("f", DifferenceKind.EXTRA)]
