"""What must hold for every SDL: order of keys and layout mean nothing, everything else does."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ampacity.core.yaml12 import parse
from ampacity.providers.akash.sdl.compile import compile_sdl
from ampacity.providers.akash.sdl.writing import dump

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.yaml"))


def shuffled(data: Any, dice: random.Random) -> Any:
    if isinstance(data, list):
        return [shuffled(one, dice) for one in data]
    if not isinstance(data, dict):
        return data
    keys = dice.sample(list(data), len(data))
    return {key: shuffled(data[key], dice) for key in keys}


@given(st.sampled_from(GOLDEN), st.randoms(use_true_random=False))
def test_the_order_of_keys_changes_neither_hash_nor_groups(path: Path, dice: random.Random) -> None:
    text = path.read_text()
    one, other = compile_sdl(text, where="a"), compile_sdl(dump(shuffled(parse(text)[0], dice)), where="b")
    assert one.manifest == other.manifest
    assert one.groups == other.groups


@example("one\x85two\u2028three\n")
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_any_text_of_a_container_s_arguments_is_passed_on_as_it_is(text: str) -> None:
    data, _ = parse(GOLDEN[-1].read_text())
    data["services"]["web"]["args"] = ["-c", text]
    compiled = compile_sdl(dump(data), where="web.yaml")
    (web,) = [one for one in json.loads(compiled.manifest)[0]["services"] if one["name"] == "web"]
    assert web["args"] == ["-c", text]


@pytest.mark.parametrize(
    ("there", "instead"),
    [("count: 1", "count: 2"), ("MODE=fast", "MODE=slow"), ("16Gi", "17Gi"), ("h100", "h200"), ("west", "east")],
)
def test_what_runs_decides_the_hash(good: str, there: str, instead: str) -> None:
    changed = compile_sdl(good.replace(there, instead), where="web.yaml")
    assert changed.manifest_hash != compile_sdl(good, where="web.yaml").manifest_hash


def test_the_price_is_no_part_of_the_manifest(good: str) -> None:
    dearer = compile_sdl(good.replace("4268", "5000"), where="web.yaml")
    assert dearer.manifest_hash == compile_sdl(good, where="web.yaml").manifest_hash
