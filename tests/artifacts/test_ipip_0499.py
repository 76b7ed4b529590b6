"""The published vectors of IPIP-499, profile `unixfs-v1-2025`: same bytes, same CIDs as everybody's."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ampacity.artifacts import compute

MIB = 1 << 20
Keystream = Callable[[str], Callable[[int], bytes]]


@pytest.fixture
def profile(vectors: Path) -> dict[str, Any]:
    data = json.loads((vectors / "ipip-0499-vectors.json").read_text())
    return {"alphabet": data["alphabet"], **data["profiles"]["unixfs-v1-2025"]}


def _write(path: Path, case: dict[str, Any], keystream: Keystream) -> None:
    if "text" in case:
        path.write_text(case["text"])
        return
    take = keystream(case["seed"])
    with path.open("wb") as file:
        for start in range(0, case["size"], MIB):
            file.write(take(min(MIB, case["size"] - start)))


@pytest.mark.parametrize(
    "index", [0, 1, 2, pytest.param(3, marks=pytest.mark.slow), pytest.param(4, marks=pytest.mark.slow)]
)
def test_files(index: int, profile: dict[str, Any], keystream: Keystream, tmp_path: Path) -> None:
    case = profile["files"][index]
    path = tmp_path / "file"
    _write(path, case, keystream)
    assert str(compute(path).cid) == case["cid"]
    path.unlink()  # a GiB should not wait for pytest's own cleaning


@pytest.mark.parametrize("index", [0, 1])
def test_folders_on_both_sides_of_the_sharding_limit(
    index: int, profile: dict[str, Any], keystream: Keystream, tmp_path: Path
) -> None:
    case = profile["dirs"][index]
    take = keystream(case["seed"])
    alphabet = profile["alphabet"]
    for number in range(case["count"]):
        last = number == case["count"] - 1
        length = (last and case["last_name_len"]) or case["name_len"]
        name = "".join(alphabet[byte % len(alphabet)] for byte in take(length))
        (tmp_path / name).write_bytes(b"x")
    content = compute(tmp_path)
    assert str(content.cid) == case["cid"]
    assert (content.blocks > case["count"] + 1) is case["hamt"]
