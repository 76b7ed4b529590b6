"""A spec file is read strictly: what is wrong is told with its line, its key and what is allowed."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from ampacity.core.errors import Exit, UsageError
from ampacity.planning.load import load_spec, spec_digest
from ampacity.providers.base import Market

SpecFile = Callable[[str], Path]

FULL = """\
schema: ampacity.spec/1
name: llama-train
workload: training
gpu: {models: [H100, H200], count: 16, memory_gib: 80}
node: {min_vcpu: 16, min_ram_gib: 128, disk_gib: 500, image: default, user_data: boot.sh}
market: {allow: [on_demand, spot], max_spot_share: 0.5}
placement: {providers: [aws, lambda, own], regions: ["us-*"], max_providers: 2}
budget: {usd_per_hour: 60.10, usd_total: 4000}
hours: 72
ttl_hours: 96
ssh: {public_key: ~/.ssh/id_ed25519.pub}
sites: sites.yaml
"""


def refusal(path: Path) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load_spec(path)
    assert caught.value.exit is Exit.USAGE
    assert caught.value.fix.startswith("edit ")
    return caught.value


def test_a_full_spec_is_read_with_its_money_exact(spec_file: SpecFile) -> None:
    spec = load_spec(spec_file(FULL))
    assert spec.budget.usd_per_hour == Decimal("60.10")
    assert spec.market.allow == (Market.ON_DEMAND, Market.SPOT)
    assert spec.end_hours == 96
    assert spec.node.user_data == Path("boot.sh")


def test_no_end_is_said_with_the_word_none(spec_file: SpecFile) -> None:
    assert load_spec(spec_file(FULL.replace("ttl_hours: 96", "ttl_hours: none"))).end_hours is None


def test_an_end_that_is_left_empty_is_not_no_end(spec_file: SpecFile) -> None:
    error = refusal(spec_file(FULL.replace("ttl_hours: 96", "ttl_hours:")))
    assert "line 10" in error.what
    assert "`ttl_hours` is empty" in error.why


@pytest.mark.parametrize(
    ("was", "now", "line", "why"),
    [
        ("count: 16", "cuont: 16", 4, "`gpu.cuont` is not known; allowed: models, count, memory_gib"),
        ("count: 16, ", "", 4, "`gpu.count` is missing: a whole number"),
        ("count: 16", "count: -16", 4, "`gpu.count` is -16; allowed: a whole number, at least 1"),
        ("memory_gib: 80", "memory_gib: 80GB", 4, "`gpu.memory_gib` is '80GB'; allowed: a whole number"),
        ("memory_gib: 80", "memory_gib: 80GB", 4, "without a unit, which is in the key: GiB"),
        ("memory_gib: 80", "memory_gib: 640", 4, "`gpu.memory_gib`: no model that is named has 640 GiB"),
        ("H200", "H20", 4, "`gpu.models[1]`: 'H20' is not in the catalogue; near it: H200"),
        ("H200", "Abacus", 4, "known: A10, A10G"),
        ("spot]", "spott]", 6, "allowed: on_demand, spot, reserved, capacity_block, auction, owned"),
        ("[on_demand, spot]", "[]", 6, "`market.allow`: allows nothing"),
        ("[on_demand, spot]", "[on_demand]", 6, "`market.max_spot_share`: has no effect"),
        ("0.5", "1.5", 6, "`market.max_spot_share` is 1.5; allowed: a number, at least 0 and at most 1"),
        ("60.10", "60 USD", 8, "US dollars per hour"),
        ("60.10", "-1", 8, "`budget.usd_per_hour`: -1 is not allowed; an amount of US dollars, more than 0"),
        ("60.10", "NaN", 8, "`budget.usd_per_hour`: NaN is not allowed"),
        ("4000", "0", 8, "`budget.usd_total`: 0 is not allowed"),
        ("hours: 72", "hours: 0", 9, "`hours` is 0; allowed: a number, more than 0"),
        ("ttl_hours: 96", "ttl_hours: 48", 10, "`ttl_hours`: 48 ends the machines before the 72 h"),
        ("ttl_hours: 96", "ttl_hours: never", 10, "or none"),
        ("name: llama-train", "name: Llama", 2, "`name` is 'Llama'; allowed: text that matches"),
        ("spec/1", "spec/9", 1, "allowed: ampacity.spec/1"),
        ("workload: training", "name: again", 3, "`name` is given twice"),
        ("workload: training", "\tworkload: x", 3, "found character"),
    ],
)
def test_a_mistake_is_told_with_line_key_and_what_is_allowed(
    spec_file: SpecFile, was: str, now: str, line: int, why: str
) -> None:
    assert was in FULL
    error = refusal(spec_file(FULL.replace(was, now, 1)))
    # One mistake is told in the first line, several one below the other: a mistyped key is a missing one too.
    assert f"line {line}" in f"{error.what}\n{error.why}"
    assert why in error.why


def test_a_small_file_cannot_unfold_into_a_large_one(spec_file: SpecFile) -> None:
    assert "aliases" in refusal(spec_file("a: &a [x, x]\nb: [*a, *a]\n")).why


def test_a_file_nested_beyond_reason_is_refused(spec_file: SpecFile) -> None:
    assert "nested" in refusal(spec_file("[" * 600)).why


def test_a_digest_is_of_what_is_asked_and_not_of_how_it_is_written(spec_file: SpecFile) -> None:
    first = spec_digest(load_spec(spec_file(FULL)))
    lines = FULL.splitlines()
    turned = "\n".join(["# a remark", *reversed(lines)])
    assert spec_digest(load_spec(spec_file(turned))) == first
    assert spec_digest(load_spec(spec_file(FULL.replace("72", "71")))) != first


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("node: {image: {aws: ami-1, nosuch: foo}}", "node.image.nosuch"),
        ("placement: {providers: [aws, nosuch]}", "placement.providers[1]"),
    ],
)
def test_a_name_that_no_seller_has_is_refused_with_the_names_that_there_are(
    spec_file: SpecFile, minimal: str, line: str, key: str
) -> None:
    path = spec_file(f"{minimal}{line}\n")
    with pytest.raises(UsageError) as caught:
        load_spec(path, sellers=("own", "aws"))
    assert caught.value.what == f"{path}, line 6"
    assert caught.value.why == f"`{key}`: there is no seller 'nosuch'; known: aws, own"
    assert load_spec(path).name == "train"


def test_unknown_sellers_and_unusable_files_are_told_together_with_mistakes_of_type(
    spec_file: SpecFile, minimal: str
) -> None:
    mistyped = minimal.replace("hours: 72", "hours: many")
    path = spec_file(f"{mistyped}node: {{image: {{nosuch: x}}}}\nssh: {{public_key: none.pub}}\n")
    with pytest.raises(UsageError) as caught:
        load_spec(path, sellers=("aws",), unusable=lambda key, named: f"{named} is bad" if "ssh" in key else None)
    assert caught.value.what == f"{path} has 3 mistakes"
    assert caught.value.why.splitlines()[1:] == [
        "line 6: `node.image.nosuch`: there is no seller 'nosuch'; known: aws",
        "line 7: `ssh.public_key`: none.pub is bad",
    ]


def test_a_single_unusable_file_is_left_to_whoever_reads_it(spec_file: SpecFile, minimal: str) -> None:
    path = spec_file(f"{minimal}ssh: {{public_key: none.pub}}\n")
    assert load_spec(path, unusable=lambda _key, _named: "is bad").ssh is not None
    both = spec_file(f"{minimal}ssh: {{public_key: none.pub}}\nsites: none.yaml\n")
    with pytest.raises(UsageError, match="2 mistakes"):
        load_spec(both, unusable=lambda _key, _named: "is bad")


def test_an_unknown_gpu_is_told_together_with_mistakes_of_type(spec_file: SpecFile) -> None:
    error = refusal(spec_file(FULL.replace("H200", "H999").replace("hours: 72", "hours: many")))
    assert "has 2 mistakes" in error.what
    assert "line 4: `gpu.models[1]`: 'H999' is not in the catalogue" in error.why
    assert "line 9: `hours` is 'many'" in error.why


@pytest.mark.parametrize("gpu", ["gpu: H999", "gpu: {models: H999, count: 1}", "gpu: {models: [999], count: 1}"])
def test_what_is_no_list_of_names_is_told_once_and_as_that(spec_file: SpecFile, gpu: str) -> None:
    line = "gpu: {models: [H100, H200], count: 16, memory_gib: 80}"
    assert "catalogue" not in refusal(spec_file(FULL.replace(line, gpu))).why
