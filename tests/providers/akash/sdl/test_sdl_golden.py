"""The manifest is byte for byte what the market's own client makes, and so is its hash."""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ampacity.providers.akash.sdl.compile import compile_sdl
from ampacity.providers.akash.sdl.compiled import Attribute, Endpoint, Group, Unit

CASES = ("machine", "two-places", "volumes", "web-and-queue")
KINDS = {"SHARED_HTTP": 0, "RANDOM_PORT": 1, "LEASED_IP": 2}


def pairs(found: tuple[Attribute, ...]) -> list[dict[str, str]]:
    return [{"key": one.key, "value": one.value} for one in found]


def described(unit: Unit) -> dict[str, Any]:
    """A unit in the words of the client's JSON."""

    def amount(number: int, attributes: tuple[Attribute, ...] = (), name: str = "units") -> dict[str, Any]:
        return {name: {"val": str(number)}} | ({"attributes": pairs(attributes)} if attributes else {})

    def way(one: Endpoint) -> dict[str, int]:
        return {"sequence_number": one.sequence_number} | ({"kind": KINDS[one.kind]} if KINDS[one.kind] else {})

    return {
        "id": unit.id,
        "cpu": amount(unit.cpu_milli, unit.cpu_attributes),
        "memory": amount(unit.memory_bytes, unit.memory_attributes, "size"),
        "gpu": amount(unit.gpu_units, unit.gpu_attributes),
        "storage": [{"name": one.name} | amount(one.size_bytes, one.attributes, "size") for one in unit.storage],
        "endpoints": [way(one) for one in unit.endpoints],
    }


def check_group(group: Group, expected: dict[str, Any]) -> None:
    wanted = expected["requirements"]
    assert group.name == expected["name"]
    assert pairs(group.attributes) == wanted.get("attributes", [])
    assert list(group.signed_by_all) == wanted["signedBy"]["allOf"]
    assert list(group.signed_by_any) == wanted["signedBy"]["anyOf"]
    assert [described(unit) for unit in group.units] == [unit["resource"] for unit in expected["resources"]]
    assert [unit.count for unit in group.units] == [unit["count"] for unit in expected["resources"]]
    assert [(unit.denom, unit.price_per_block) for unit in group.units] == [
        (unit["price"]["denom"], Decimal(unit["price"]["amount"])) for unit in expected["resources"]
    ]


@pytest.mark.parametrize("case", CASES)
def test_the_manifest_and_its_hash_are_those_of_the_official_client(golden: Path, case: str) -> None:
    compiled = compile_sdl((golden / f"{case}.yaml").read_text(), where=case)
    oracle = json.loads((golden / f"{case}.oracle.json").read_text())
    assert compiled.manifest.decode() == oracle["manifest"]
    assert compiled.manifest_hash.hex() == oracle["hash"]


@pytest.mark.parametrize("case", CASES)
def test_the_groups_are_those_of_the_official_client(golden: Path, case: str) -> None:
    compiled = compile_sdl((golden / f"{case}.yaml").read_text(), where=case)
    oracle = json.loads((golden / f"{case}.oracle.json").read_text())
    for group, expected in zip(compiled.groups, oracle["groups"], strict=True):
        check_group(group, expected)


def test_every_golden_case_is_looked_at(golden: Path) -> None:
    assert sorted(path.stem for path in golden.glob("*.yaml")) == sorted(CASES)


def test_the_go_client_s_own_example_gives_its_manifest(vector: Callable[..., Path]) -> None:
    text = vector("akash", "sdl_gpu_basic.yaml").read_text().replace("denom: uakt", "denom: uact")
    compiled = compile_sdl(text, where="sdl_gpu_basic.yaml")
    assert json.loads(compiled.manifest) == json.loads(vector("akash", "sdl_gpu_basic.manifest.json").read_text())


def test_the_hash_is_of_the_very_bytes_that_are_sent(good: str) -> None:
    compiled = compile_sdl(good, where="web.yaml")
    assert compiled.manifest_hash == hashlib.sha256(compiled.manifest).digest()
    assert compiled.sdl == good
