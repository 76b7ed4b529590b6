"""From a path to its CID: what belongs to the content, and what stops it from having one."""

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.artifacts import compute
from ampacity.artifacts.balanced import BalancedTree
from ampacity.artifacts.blocks import Block, Entry, raw_block
from ampacity.artifacts.builder import MAX_DEPTH, build
from ampacity.artifacts.cid import RAW, cid_of
from ampacity.artifacts.content import Profile
from ampacity.artifacts.dagpb import decode_node
from ampacity.artifacts.hamt import HashedEntry, hashed, shard
from ampacity.artifacts.meter import show_size
from ampacity.artifacts.reader import AHEAD
from ampacity.artifacts.unixfs import NodeType, decode_unixfs
from ampacity.core.errors import MissingError, UnexpectedChangeError, UsageError
from ampacity.core.progress import Stage, Step

MIB = 1 << 20


def test_a_small_file_is_its_own_only_block(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"hello")
    content = compute(tmp_path / "f")
    assert content.cid == cid_of(RAW, b"hello")
    assert (content.size_bytes, content.blocks, content.files) == (5, 1, 1)


def test_a_folder_counts_all_that_is_in_it(tree: Path) -> None:
    content = compute(tree)
    assert (content.files, content.directories, content.symlinks) == (3, 3, 1)
    assert content.size_bytes == len(b"alpha") + len(b"beta") + len(b"here too")
    assert content.blocks == 3 + 3 + 1


@pytest.mark.parametrize("name", [".hidden", "a.bin", "link"])
def test_every_entry_matters_hidden_ones_too(tree: Path, name: str) -> None:
    before = compute(tree).cid
    (tree / name).unlink()
    assert compute(tree).cid != before


def test_an_empty_folder_matters(tree: Path) -> None:
    before = compute(tree).cid
    (tree / "empty").rmdir()
    assert compute(tree).cid != before


def test_modes_times_and_places_do_not_matter(tree: Path, tmp_path: Path) -> None:
    before = compute(tree).cid
    (tree / "a.bin").chmod(0o700)
    os.utime(tree / "a.bin", (1, 1))
    assert compute(tree.rename(tmp_path / "elsewhere")).cid == before


def test_links_inside_are_kept_and_the_named_path_is_followed(tree: Path, tmp_path: Path) -> None:
    (tree / "dangling").symlink_to("nowhere")
    content = compute(tree)
    assert content.symlinks == 2
    (tmp_path / "current").symlink_to(tree)
    assert compute(tmp_path / "current") == content


def test_a_links_target_is_kept_byte_for_byte(tmp_path: Path) -> None:
    roots = []
    for target in ("./a//b", "a/b"):
        folder = tmp_path / target.replace("/", "_")
        folder.mkdir()
        os.symlink(target, folder / "l")  # noqa: PTH211 - a Path would tidy the bytes
        roots.append(compute(folder).cid)
    assert roots[0] != roots[1]


def test_nothing_there_is_not_found_with_a_code(tmp_path: Path) -> None:
    with pytest.raises(MissingError) as caught:
        compute(tmp_path / "absent")
    assert caught.value.code == "AMP-ARTIFACT-PATH"


def test_a_pipe_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="pipe"):
        compute(tmp_path)
    with pytest.raises(UsageError, match="pipe"):
        compute(tmp_path / "pipe")


def test_a_name_that_is_not_utf_8_is_named_in_printable_text(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff\x1b[31m")).write_bytes(b"")
    with pytest.raises(UsageError) as caught:
        compute(tmp_path)
    assert "\\xff" in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_folders_deeper_than_the_limit_are_refused(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * (MAX_DEPTH + 1))
    deep.mkdir(parents=True)
    with pytest.raises(UsageError, match="cannot be addressed") as caught:
        compute(tmp_path)
    assert "deep" in caught.value.why
    assert compute(tmp_path / "d").directories == MAX_DEPTH + 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_named_with_its_reason(tree: Path) -> None:
    (tree / "a.bin").chmod(0)
    with pytest.raises(UsageError, match=r"a\.bin.*denied"):
        compute(tree)


def test_a_file_that_grows_while_it_is_read_has_no_address(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(bytes(10 * MIB))
    walk = build(file)
    next(walk)
    with file.open("ab") as out:
        out.write(b"more")
    with pytest.raises(UnexpectedChangeError) as caught:
        list(walk)
    assert caught.value.code == "AMP-ARTIFACT-CHANGED"


def test_a_file_that_shrinks_while_it_is_read_has_no_address(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(bytes(20 * MIB))
    walk = build(file)
    next(walk)
    os.truncate(file, MIB)
    with pytest.raises(UnexpectedChangeError):
        list(walk)


def test_a_folder_that_changes_while_it_is_read_has_no_address(tree: Path) -> None:
    walk = build(tree)
    next(walk)
    (tree / "new").write_bytes(b"")
    with pytest.raises(UnexpectedChangeError):
        list(walk)


def _descriptors() -> int:
    """How many files this process has open; `/dev/fd` is there on Linux and macOS."""
    return len(list(Path("/dev/fd").iterdir()))


def test_a_walk_that_is_left_early_closes_files_and_threads(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(bytes(20 * MIB))
    walk = build(tmp_path / "f")
    next(walk)
    open_before = _descriptors()
    walk.close()
    assert _descriptors() == open_before - 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("hash")]


def test_memory_stays_bounded_whatever_the_size(tmp_path: Path) -> None:
    """A sparse file of 64 chunks is never held in more than the chunks in flight and a few beside."""
    import tracemalloc

    file = tmp_path / "f"
    with file.open("wb") as out:
        out.truncate(64 * MIB)
    tracemalloc.start()
    try:
        compute(file)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < (AHEAD + 4) * MIB


def test_progress_hears_the_end_and_a_failure(tmp_path: Path) -> None:
    heard: list[Step] = []
    (tmp_path / "f").write_bytes(b"x")
    compute(tmp_path / "f", heard.append)
    assert [(step.stage, step.text) for step in heard] == [(Stage.RUNNING, ""), (Stage.DONE, "1 bytes")]
    with pytest.raises(MissingError):
        compute(tmp_path / "absent", heard.append)
    assert heard[-1].stage is Stage.FAILED


@pytest.mark.parametrize(
    ("size_bytes", "text"), [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (140 << 30, "140.0 GiB")]
)
def test_progress_is_told_in_a_fitting_unit(size_bytes: int, text: str) -> None:
    assert show_size(size_bytes) == text


def _tree_of(count: int, width: int) -> tuple[Entry, list[Block]]:
    tree = BalancedTree(width)
    out: list[Block] = []
    for number in range(count):
        data = bytes([number])
        out.extend(tree.add(raw_block(hashlib.sha256(data).digest(), data)[1]))
    end = tree.finish()
    while True:
        try:
            out.append(next(end))
        except StopIteration as stop:
            return stop.value, out


@pytest.mark.parametrize(
    ("leaves", "nodes"),
    [(1, 0), (2, 1), (3, 1), (4, 3), (9, 4), (10, 7), (27, 13), (28, 10 + 4 + 2 + 1)],
)
def test_trees_are_packed_level_by_level(leaves: int, nodes: int) -> None:
    """Three links a node, by hand: 10 leaves need 4 parents, 2 above them, 1 root."""
    root, blocks = _tree_of(leaves, 3)
    assert len(blocks) == nodes
    assert root.content_bytes == leaves


def test_a_lone_last_child_still_gets_its_parent() -> None:
    root, blocks = _tree_of(10, 3)
    by_cid = {block.cid: decode_node(block.data) for block in blocks}
    right = by_cid[by_cid[root.cid].links[1].cid]
    assert len(right.links) == 1
    assert len(by_cid[right.links[0].cid].links) == 1


@settings(max_examples=40, deadline=None)
@given(data=st.binary(max_size=200))
def test_the_leaves_put_together_are_the_file(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    profile = Profile(name="small", chunk_bytes=4, max_links=3, max_directory_block_bytes=1, hamt_fanout=256)
    file = tmp_path_factory.mktemp("f") / "f"
    file.write_bytes(data)
    blocks = list(build(file, profile))
    assert b"".join(block.data for block in blocks if block.cid.codec == RAW) == data
    assert all(block.cid.names(block.data) for block in blocks)


def test_sizes_on_links_count_every_repeat(tmp_path: Path, small_profile: Profile) -> None:
    """Two equal chunks: the root's links say 4 bytes each, the file 8."""
    (tmp_path / "f").write_bytes(b"samesame")
    *_, root = build(tmp_path / "f", small_profile)
    node = decode_node(root.data)
    assert [link.tsize for link in node.links] == [4, 4]
    assert [link.name for link in node.links] == ["", ""]
    assert decode_unixfs(node.data or b"").filesize == 8


def _drain(blocks: Iterator[Block]) -> list[Block]:
    return list(blocks)


def test_names_that_share_a_slot_share_a_shard() -> None:
    entry = raw_block(hashlib.sha256(b"").digest(), b"")[1]
    key = bytes.fromhex("aa01000000000000"), bytes.fromhex("aa02000000000000"), bytes.fromhex("0000000000000000")
    rows = [HashedEntry(key=one, name=f"n{at}", entry=entry) for at, one in enumerate(key)]
    inner, outer = _drain(shard(rows))
    assert [link.name for link in decode_node(outer.data).links] == ["00n2", "AA"]
    assert [link.name for link in decode_node(inner.data).links] == ["01n0", "02n1"]
    taken = decode_unixfs(decode_node(inner.data).data or b"").data
    assert taken == b"\x06"  # slots 1 and 2


def test_two_names_with_one_hash_cannot_be_held() -> None:
    entry = raw_block(hashlib.sha256(b"").digest(), b"")[1]
    rows = [HashedEntry(key=bytes(8), name=name, entry=entry) for name in ("a", "b")]
    with pytest.raises(ValueError, match="same 64-bit hash"):
        _drain(shard(rows))


def test_a_names_hash_is_murmur3_of_its_bytes() -> None:
    """murmur3-x64-128 of nothing is 0, whatever the writer; its first half is the key."""
    entry = raw_block(hashlib.sha256(b"").digest(), b"")[1]
    assert hashed("", entry).key == bytes(8)


def _root_type(path: Path, profile: Profile) -> NodeType:
    *_, root = build(path, profile)
    return decode_unixfs(decode_node(root.data).data or b"").type


def test_a_folder_is_sharded_only_above_the_limit(tmp_path: Path, small_profile: Profile) -> None:
    """An entry with a 4-letter name takes 48 bytes: 38 of CID, 6 of name, 2 of size, 2 around them.

    With the 4 bytes of data, six are 292 and seven 340; the limit of this profile is 300.
    """
    for number in range(6):
        (tmp_path / f"n{number:03}").write_bytes(b"x")
    assert _root_type(tmp_path, small_profile) is NodeType.DIRECTORY
    (tmp_path / "n006").write_bytes(b"x")
    assert _root_type(tmp_path, small_profile) is NodeType.HAMT_SHARD
