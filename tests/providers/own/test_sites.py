"""The sites file: what is wrong in it is named with file, line and key."""

from decimal import Decimal
from pathlib import Path

import pytest

import ampacity
from ampacity.core.errors import UsageError
from ampacity.providers.own.sites import Basis, ledger_path, load_sites

GOOD = """\
schema: ampacity.sites/1
node_types:
  dgx: {gpu: {model: H100, count: 8, memory_gib: 80}, power: {nameplate_kw: 10.2, measured_peak_kw: 8.4}}
sites:
  east:
    region: us-east-own
    money: {usd_per_kwh: 0.09, pue: 1.54}
    racks:
      r1:
        feeds: {a: {volts: 415, amps: 60}}
        nodes:
          n1: {type: dgx}
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sites.yaml"
    path.write_text(text)
    return path


def test_power_is_planned_by_the_name_plate_unless_the_owner_says_otherwise(tmp_path: Path) -> None:
    power = load_sites(write(tmp_path, GOOD)).node_types["dgx"].power
    assert (power.basis, power.planned_kw) == (Basis.NAMEPLATE, Decimal("10.2"))


def test_a_measured_basis_plans_with_the_measured_figure(tmp_path: Path) -> None:
    text = GOOD.replace("measured_peak_kw: 8.4", "measured_peak_kw: 8.4, basis: measured_peak")
    assert load_sites(write(tmp_path, text)).node_types["dgx"].power.planned_kw == Decimal("8.4")


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("amps: 60", "amps: 60, colour: red", 10, "colour"),
        ("amps: 60", "amps: -60", 10, "amps"),
        ("volts: 415", "volts: 415 V", 10, "volts"),
        ("nameplate_kw: 10.2", "nameplate_kw: 10.2, basis: capped", 3, "capped_kw"),
        ("nameplate_kw: 10.2", "nameplate_kw: 0", 3, "nameplate_kw"),
        ("pue: 1.54", "pue: 0.9", 7, "pue"),
        ("usd_per_kwh: 0.09, ", "", 7, "usd_per_kwh"),
        ("n1: {type: dgx}", "n1: {type: hgx}", 1, "sites.east.racks.r1.nodes.n1"),
        ("n1: {type: dgx}", "N.1: {type: dgx}", 9, "N.1"),
        ("amps: 60}}", "amps: 60, derate: 1.2}}", 10, "derate"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_sites(write(tmp_path, GOOD.replace(old, new)))
    assert caught.value.what.endswith(f"line {line}")
    assert told in caught.value.why


def test_a_node_stands_in_one_rack_only(tmp_path: Path) -> None:
    twice = GOOD + "      r2:\n        feeds: {a: {volts: 415, amps: 60}}\n        nodes: {n1: {type: dgx}}\n"
    with pytest.raises(UsageError, match="n1"):
        load_sites(write(tmp_path, twice))


def test_the_ledger_lies_beside_the_file_unless_it_says_otherwise(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert ledger_path(path, load_sites(path)) == tmp_path / "sites.ledger.sqlite3"
    path = write(tmp_path, GOOD + "ledger: team/ours.sqlite3\n")
    assert ledger_path(path, load_sites(path)) == tmp_path / "team" / "ours.sqlite3"


def test_the_example_is_good() -> None:
    sites = load_sites(Path(ampacity.__file__).parent / "examples" / "sites.yaml")
    assert sum(len(rack.nodes) for rack in sites.sites["ohio"].racks.values()) == 7
