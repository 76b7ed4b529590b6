"""Instance types: what is sold, and what is left out and why."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ampacity.providers.aws.facts import Node, read_nodes
from ampacity.providers.base import Skip


def kind(name: str = "p5.48xlarge", gpu: str = "H100", count: int = 8, mib: int = 81_920) -> dict[str, Any]:
    return {
        "InstanceType": name,
        "GpuInfo": {
            "Gpus": [{"Name": gpu, "Manufacturer": "NVIDIA", "Count": count, "MemoryInfo": {"SizeInMiB": mib}}]
        },
        "VCpuInfo": {"DefaultVCpus": 192},
        "MemoryInfo": {"SizeInMiB": 2_097_152},
        "NetworkInfo": {"EfaInfo": {"MaximumEfaInterfaces": 32}},
        "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
    }


def only(row: dict[str, Any], *models: str) -> Node | Skip:
    (found,) = read_nodes([row], frozenset(models))
    return found


def test_a_type_is_told_as_it_is_sold() -> None:
    node = only(kind())
    assert isinstance(node, Node)
    assert (node.gpu.model, node.gpu.count, node.gpu.memory_gib) == ("H100", 8, 80)
    assert (node.vcpu, node.ram_gib, node.architecture) == (192, Decimal(2048), "x86_64")
    assert node.gpu.interconnect == "EFA x32"


@pytest.mark.parametrize(("gpu", "mib", "sold_gib"), [("L4", 22_888, 24), ("L40S", 45_776, 48), ("H200", 144_384, 141)])
def test_memory_is_what_the_card_is_sold_with_and_not_what_the_driver_shows(gpu: str, mib: int, sold_gib: int) -> None:
    node = only(kind(gpu=gpu, mib=mib))
    assert isinstance(node, Node)
    assert node.gpu.memory_gib == sold_gib


def test_a_part_of_a_gpu_is_left_out_with_the_reason() -> None:
    skip = only(kind("g6f.large", gpu="L4", count=0, mib=2_861))
    assert isinstance(skip, Skip)
    assert skip.what == "g6f"
    assert "whole GPUs" in skip.why


def test_a_gpu_that_nobody_knows_is_named_and_not_guessed() -> None:
    skip = only(kind("g5g.xlarge", gpu="T4g"))
    assert isinstance(skip, Skip)
    assert "T4g" in skip.why


def test_who_asks_for_one_model_hears_of_no_other() -> None:
    rows = [kind(), kind("g6f.large", gpu="L4", count=0), kind("g5g.xlarge", gpu="T4g")]
    found = list(read_nodes(rows, frozenset({"H100"})))
    assert [row.sku for row in found if isinstance(row, Node)] == ["p5.48xlarge"]
    assert len(found) == 1


def test_a_type_without_gpus_is_no_matter() -> None:
    assert list(read_nodes([{"InstanceType": "m5.large"}], frozenset())) == []


@pytest.mark.parametrize(
    "change",
    [
        {"MemoryInfo": {"SizeInMiB": "much"}},
        {"VCpuInfo": {"DefaultVCpus": 0}},
        {"GpuInfo": {"Gpus": []}},
        {"GpuInfo": None},
        {"InstanceType": "p5;rm -rf"},
    ],
)
def test_a_row_that_makes_no_sense_is_nonsense_and_the_others_stay(change: dict[str, Any]) -> None:
    bad, good = read_nodes([kind() | change, kind()], frozenset())
    assert isinstance(bad, Skip)
    assert bad.kind == "nonsense"
    assert isinstance(good, Node)


def test_recorded_types_are_read_as_the_catalogue_has_them(recorded: Path) -> None:
    rows = json.loads((recorded / "describe_instance_types_gpu.json").read_text())["InstanceTypes"]
    nodes = {row.sku: row for row in read_nodes(rows, frozenset()) if isinstance(row, Node)}
    assert (nodes["p5en.48xlarge"].gpu.memory_gib, nodes["p5en.48xlarge"].gpu.count) == (141, 8)
    assert (nodes["g6.xlarge"].gpu.memory_gib, nodes["g6.xlarge"].vcpu) == (24, 4)
    assert nodes["p6-b300.48xlarge"].ram_gib == Decimal(4096)
    assert not {"g6f.large", "gr6f.4xlarge", "g5g.xlarge"} & set(nodes)
