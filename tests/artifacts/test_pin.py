"""Pinning: what a node says is checked, and every way that it can fail has its code."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ampacity.artifacts import KuboNode, compute, pin
from ampacity.artifacts.cid import RAW, cid_of
from ampacity.artifacts.kubo import version_warning
from ampacity.artifacts.multibase import encode_base58
from ampacity.core.errors import AmpacityError, ResourceError, TimedOutError, UnexpectedChangeError, UsageError
from ampacity.core.progress import Stage, Step

HELLO = cid_of(RAW, b"hello")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "f"
    path.write_bytes(b"hello")
    return path


def _honest(node: Any) -> None:
    node.says("/api/v0/dag/import", f'{{"Root":{{"Cid":{{"/":"{HELLO}"}},"PinErrorMsg":""}}}}\n'.encode())
    node.says("/api/v0/pin/ls", f'{{"Keys":{{"{HELLO}":{{"Type":"recursive"}}}}}}'.encode())


def test_an_honest_node_keeps_what_was_addressed_here(file: Path, fake_node: Any) -> None:
    _honest(fake_node)
    done = pin(file, KuboNode(fake_node.url))
    assert (done.cid, done.size_bytes, done.node_version, done.warning) == (HELLO, 5, "0.42.0", None)
    assert any("pin-roots=true" in path for path in fake_node.seen)


def test_no_path_of_this_computer_is_sent(file: Path, fake_node: Any) -> None:
    _honest(fake_node)
    pin(file, KuboNode(fake_node.url))
    assert not any(str(file.parent).encode() in body for body in fake_node.bodies)


def test_the_same_root_in_another_base_is_the_same_root(file: Path, fake_node: Any) -> None:
    base58 = "z" + encode_base58(bytes(HELLO))
    fake_node.says("/api/v0/dag/import", f'{{"Root":{{"Cid":{{"/":"{base58}"}},"PinErrorMsg":""}}}}'.encode())
    fake_node.says("/api/v0/pin/ls", f'{{"Keys":{{"{base58}":{{"Type":"recursive"}}}}}}'.encode())
    assert pin(file, KuboNode(fake_node.url)).cid == HELLO


OTHER = str(cid_of(RAW, b"other"))


@pytest.mark.parametrize(
    "answer",
    [
        f'{{"Root":{{"Cid":{{"/":"{OTHER}"}},"PinErrorMsg":""}}}}',
        f'{{"Root":{{"Cid":{{"/":"{HELLO}"}},"PinErrorMsg":"disk full"}}}}',
        f'{{"Root":{{"Cid":{{"/":"{HELLO}"}}}}}}\n{{"Root":{{"Cid":{{"/":"{OTHER}"}}}}}}',
        '{"Root":{"Cid":{"/":7}}}',
        '{"Root":{"Cid":{"/":"nonsense"}}}',
        '{"Stats":{}}',
        "",
        "<html>",
        '{"Root":',
        '{"Root":{"Cid":{"/":"' + "b" * (2 << 20) + '"}}}',
    ],
    ids=["other root", "pin error", "two roots", "number", "no cid", "no root", "nothing", "html", "half", "huge"],
)
def test_an_import_that_is_not_exactly_ours_fails(answer: str, file: Path, fake_node: Any) -> None:
    _honest(fake_node)
    fake_node.says("/api/v0/dag/import", answer.encode())
    with pytest.raises(ResourceError) as caught:
        pin(file, KuboNode(fake_node.url))
    assert caught.value.code == "AMP-IPFS-ANSWER"


@pytest.mark.parametrize("keys", ["{}", f'{{"{OTHER}":{{"Type":"recursive"}}}}', f'{{"{HELLO}":{{"Type":"direct"}}}}'])
def test_a_pin_that_is_not_listed_whole_is_no_pin(keys: str, file: Path, fake_node: Any) -> None:
    _honest(fake_node)
    fake_node.says("/api/v0/pin/ls", f'{{"Keys":{keys}}}'.encode())
    with pytest.raises(ResourceError) as caught:
        pin(file, KuboNode(fake_node.url))
    assert caught.value.code == "AMP-IPFS-PIN"


def test_a_nodes_own_error_is_passed_on(file: Path, fake_node: Any) -> None:
    fake_node.says("/api/v0/dag/import", b'{"Message":"no space left","Code":0,"Type":"error"}', 500)
    with pytest.raises(ResourceError, match="no space left"):
        pin(file, KuboNode(fake_node.url))


def test_without_a_node_nothing_is_hashed_and_the_way_on_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ResourceError) as caught:
        pin(tmp_path / "absent", KuboNode(f"http://127.0.0.1:{port}"))
    assert caught.value.code == "AMP-IPFS-UNREACHABLE"
    assert "ampacity sandbox up" in caught.value.fix


def test_a_node_that_hangs_ends_in_a_timeout(file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        node = KuboNode(f"http://127.0.0.1:{silent.getsockname()[1]}", answer_seconds=0.2)
        with pytest.raises(TimedOutError) as caught:
            pin(file, node)
    assert caught.value.code == "AMP-IPFS-SILENT"


@pytest.mark.parametrize("version", ["0.27.0", "0.18.1", "nonsense", ""])
def test_nodes_too_old_or_unknown_are_refused(version: str, file: Path, fake_node: Any) -> None:
    fake_node.says("/api/v0/version", f'{{"Version":"{version}"}}'.encode())
    with pytest.raises(UsageError) as caught:
        pin(file, KuboNode(fake_node.url))
    assert caught.value.code == "AMP-IPFS-VERSION"


@pytest.mark.parametrize(
    ("version", "warned"), [("0.42.0", False), ("0.42.1-rc1", False), ("0.43.1", True), ("1.0.0", True)]
)
def test_an_untested_version_is_warned_of(version: str, warned: bool) -> None:
    assert (version_warning(version) is not None) is warned


def test_a_file_that_changes_between_the_two_readings_is_not_pinned(file: Path, fake_node: Any) -> None:
    _honest(fake_node)

    def change_before_sending(step: Step) -> None:
        if step.item == "send" and step.stage is Stage.RUNNING:
            file.write_bytes(b"HELLO")

    with pytest.raises(UnexpectedChangeError) as caught:
        pin(file, KuboNode(fake_node.url), change_before_sending)
    assert caught.value.code == "AMP-ARTIFACT-CHANGED"


def test_a_block_with_other_bytes_is_refused(fake_node: Any) -> None:
    fake_node.says("/api/v0/block/get", b"HELLO")
    with pytest.raises(AmpacityError) as caught:
        KuboNode(fake_node.url).block(HELLO)
    assert caught.value.code == "AMP-IPFS-ANSWER"


def test_a_connection_can_be_kept_for_many_calls(fake_node: Any) -> None:
    fake_node.says("/api/v0/block/get", b"hello")
    with KuboNode(fake_node.url) as node:
        assert [node.block(HELLO) for _ in range(3)] == [b"hello"] * 3


def _pieces() -> Iterator[bytes]:
    yield b"half a header"


@pytest.mark.kubo
def test_a_real_node_pins_a_tree_and_lists_it(tree: Path, kubo_url: str) -> None:
    node = KuboNode(kubo_url)
    done = pin(tree, node)
    assert done.cid == compute(tree).cid
    assert done.node_version.startswith("0.42.")
    assert node.keeps(done.cid)
    assert node.block(done.cid) is not None


@pytest.mark.kubo
def test_a_real_node_refuses_half_a_car_and_keeps_nothing(kubo_url: str) -> None:
    node = KuboNode(kubo_url)
    absent = cid_of(RAW, b"never sent")
    with pytest.raises(ResourceError):
        node.import_car(absent, _pieces())
    assert not node.keeps(absent)
    assert node.block(absent) is None


@pytest.mark.kubo
def test_a_real_node_says_where_a_file_departs(tmp_path: Path, kubo_url: str) -> None:
    from ampacity.artifacts import verify

    (tmp_path / "f").write_bytes(bytes(3 << 20))
    node = KuboNode(kubo_url)
    wanted = pin(tmp_path, node).cid
    with (tmp_path / "f").open("r+b") as out:
        out.seek((2 << 20) + 1)
        out.write(b"!")
    with node:
        (row,) = verify(tmp_path, wanted, node).differences
    assert (row.path, row.offset_bytes) == ("f", 2 << 20)
