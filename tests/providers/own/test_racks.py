"""Reservations: exclusive, within the power, found again, and honest about what they are not."""

import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from ampacity.core.clock import system_clock
from ampacity.core.contexts import ProviderSettings
from ampacity.core.digests import digest_bytes
from ampacity.core.errors import UsageError
from ampacity.providers.base import (
    Claim,
    Failure,
    Labels,
    MachineOrder,
    MachineState,
    Offer,
    OfferQuery,
    ProviderError,
    Seat,
    Token,
)
from ampacity.providers.own import open_provider
from ampacity.providers.own.provider import OwnRacks

SITES = """\
schema: ampacity.sites/1
node_types:
  dgx:
    gpu: {model: H100, count: 8, memory_gib: 80}
    power: {nameplate_kw: 10.2, measured_peak_kw: 8.4}
    disk_gib: 1000
    capital_usd_per_hour: 9.5
sites:
  east:
    region: us-east-own
    money: {usd_per_kwh: 0.09, pue: 1.54, space_usd_per_kw_month: 184.06}
    racks:
      r1:
        feeds: {a: {volts: 415, amps: 60}, b: {volts: 415, amps: 60}}
        nodes:
          n1: {type: dgx, address: 192.0.2.1}
          n2: {type: dgx}
          n3: {type: dgx}
          n4: {type: dgx}
      r2:
        feeds: {a: {volts: 415, amps: 60}}
        nodes:
          n5: {type: dgx}
"""


@pytest.fixture
def sites(tmp_path: Path) -> Path:
    path = tmp_path / "sites.yaml"
    path.write_text(SITES)
    return path


@pytest.fixture
def racks(sites: Path) -> OwnRacks:
    return open_racks(sites)


def open_racks(sites: Path) -> OwnRacks:
    return open_provider(Seat(settings=ProviderSettings(), secrets={}, loopback=False, clock=system_clock, sites=sites))


def offers(racks: OwnRacks) -> dict[str, Offer]:
    return {row.zone or "": row for row in racks.offers(OfferQuery()) if isinstance(row, Offer)}


def order(offer: Offer, number: int) -> MachineOrder:
    labels = Labels(
        deployment="ab" * 16,
        deployment_name="train",
        machine=f"gpu-{number}",
        plan=digest_bytes(b"plan"),
        token=Token(digest_bytes(str(number).encode())[-32:]),
    )
    return MachineOrder(labels=labels, offer=offer, image="default", disk_gib=100)


def test_the_price_is_energy_at_the_meter_space_and_capital(racks: OwnRacks) -> None:
    # 10.2 kW x 1.54 x $0.09 = $1.41372;  10.2 kW x $184.06 / 730 h = $2.571797
    parts = {part.name: part.usd_per_hour for part in offers(racks)["east.r1"].price}
    assert parts == {"energy": Decimal("1.41372"), "space": Decimal("2.571797"), "capital": Decimal("9.5")}


def test_without_money_the_price_is_unknown_and_not_nothing(sites: Path) -> None:
    sites.write_text(SITES.replace("    money: {usd_per_kwh: 0.09, pue: 1.54, space_usd_per_kw_month: 184.06}\n", ""))
    assert offers(open_racks(sites))["east.r1"].usd_per_hour is None


def test_a_rack_of_34_5_kw_takes_three_nodes_of_10_2_kw_and_refuses_the_fourth(racks: OwnRacks) -> None:
    offer = offers(racks)["east.r1"]
    for number in range(3):
        racks.create(order(offer, number))
    with pytest.raises(ProviderError) as caught:
        racks.create(order(offer, 3))
    assert caught.value.kind is Failure.CAPACITY_ZONE
    assert "3.902 kW left, a dgx needs 10.2" in caught.value.why


def test_planned_by_the_measured_peak_the_same_rack_takes_four(sites: Path) -> None:
    sites.write_text(SITES.replace("measured_peak_kw: 8.4", "measured_peak_kw: 8.4, basis: measured_peak"))
    racks = open_racks(sites)
    offer = offers(racks)["east.r1"]
    assert {racks.create(order(offer, number)).ref.id.split(".")[1] for number in range(4)} == {"n1", "n2", "n3", "n4"}


def test_what_is_reserved_is_missing_from_what_is_left(racks: OwnRacks) -> None:
    racks.create(order(offers(racks)["east.r1"], 1))
    assert {limit.feed: limit.free_kw for limit in racks.power_limits()} == {
        "east.r1": Decimal("24.302"),
        "east.r2": Decimal("34.502"),
    }
    assert offers(racks)["east.r1"].max_nodes == 3
    held = {limit.feed: (limit.source, limit.held_kw) for limit in racks.power_limits()}
    assert held == {"east.r1": ("sites.yaml", {"train": Decimal("10.2")}), "east.r2": ("sites.yaml", {})}


def test_a_limit_of_the_site_holds_across_its_racks(sites: Path) -> None:
    sites.write_text(SITES.replace("    region: us-east-own\n", "    region: us-east-own\n    max_kw: 15\n"))
    racks = open_racks(sites)
    first, second = offers(racks)["east.r1"], offers(racks)["east.r2"]
    assert first.power is not None
    assert first.power.feeds == ("east.r1", "east")
    racks.create(order(first, 1))
    with pytest.raises(ProviderError, match=r"east has 4\.8 kW left"):
        racks.create(order(second, 2))


def test_a_rack_without_a_free_node_keeps_its_offer_and_price_and_says_that_none_is_left(racks: OwnRacks) -> None:
    free = offers(racks)["east.r2"]
    racks.create(order(free, 1))
    taken = offers(racks)["east.r2"]
    assert (free.max_nodes, free.claim) == (1, Claim.AVAILABLE)
    assert (taken.max_nodes, taken.claim) == (0, Claim.OFFERED)
    assert (taken.key, taken.price, taken.provider_ref) == (free.key, free.price, free.provider_ref)


def test_a_reservation_says_that_nothing_was_switched_on(racks: OwnRacks) -> None:
    machine = racks.create(order(offers(racks)["east.r1"], 1))
    assert machine.note == "reserved; power is not switched yet, nothing is installed"
    assert machine.address == "192.0.2.1"


def test_a_reserved_node_that_left_the_file_is_reported_and_still_counts(sites: Path, racks: OwnRacks) -> None:
    machine = racks.create(order(offers(racks)["east.r1"], 1))
    sites.write_text(SITES.replace("          n1: {type: dgx, address: 192.0.2.1}\n", ""))
    seen = racks.read(machine.ref)
    assert seen is not None
    assert seen.state is MachineState.FAILED
    assert "sites.yaml has no node n1 in east.r1" in seen.note
    assert {limit.feed: limit.free_kw for limit in racks.power_limits()}["east.r1"] == Decimal("24.302")


def test_more_disk_than_a_node_has_is_refused(racks: OwnRacks) -> None:
    too_much = msgspec.structs.replace(order(offers(racks)["east.r1"], 1), disk_gib=2000)
    with pytest.raises(ProviderError) as caught:
        racks.create(too_much)
    assert caught.value.kind is Failure.INVALID


def test_an_offer_whose_rack_left_the_file_is_refused(sites: Path, racks: OwnRacks) -> None:
    gone = order(offers(racks)["east.r2"], 1)
    sites.write_text(SITES[: SITES.index("      r2:")])
    with pytest.raises(ProviderError) as caught:
        racks.create(gone)
    assert caught.value.kind is Failure.INVALID


def test_looking_makes_no_ledger(sites: Path, racks: OwnRacks) -> None:
    offers(racks)
    list(racks.ours())
    assert [path.name for path in sites.parent.iterdir()] == ["sites.yaml"]


def test_a_ledger_that_is_none_is_named(sites: Path, racks: OwnRacks) -> None:
    (sites.parent / "sites.ledger.sqlite3").write_bytes(b"<html>no ledger</html>" * 100)
    with pytest.raises(ProviderError) as caught:
        list(racks.ours())
    assert caught.value.kind is Failure.NONSENSE
    assert "sites.ledger.sqlite3" in caught.value.why


def test_a_ledger_of_a_later_version_is_left_alone(sites: Path, racks: OwnRacks) -> None:
    ledger = sites.parent / "sites.ledger.sqlite3"
    with closing(sqlite3.connect(ledger)) as database:
        database.execute("PRAGMA user_version = 2")
    with pytest.raises(ProviderError, match="version 2"):
        racks.create(order(offers_of(SITES, sites.parent / "other")["east.r1"], 1))


def offers_of(text: str, folder: Path) -> dict[str, Offer]:
    folder.mkdir()
    (folder / "sites.yaml").write_text(text)
    return offers(open_racks(folder / "sites.yaml"))


def test_no_sites_file_is_a_usage_error_that_says_where_to_name_one() -> None:
    racks = open_provider(Seat(settings=ProviderSettings(), secrets={}, loopback=False, clock=system_clock))
    with pytest.raises(UsageError) as caught:
        list(racks.offers(OfferQuery()))
    assert caught.value.code == "AMP-SITES-NONE"
    assert "sites" in caught.value.fix


def test_the_context_may_name_the_file_and_the_spec_goes_before_it(sites: Path, tmp_path: Path) -> None:
    settings = ProviderSettings(options={"sites": str(sites)})
    seat = Seat(settings=settings, secrets={}, loopback=False, clock=system_clock)
    assert "east.r1" in offers(open_provider(seat))
    other = tmp_path / "other.yaml"
    other.write_text(SITES.replace("east:", "west:"))
    assert "west.r1" in offers(open_provider(msgspec.structs.replace(seat, sites=other)))


RACER = """
    import sys
    from pathlib import Path
    from ampacity.core.clock import system_clock
    from ampacity.core.contexts import ProviderSettings
    from ampacity.core.digests import digest_bytes
    from ampacity.providers.base import Labels, MachineOrder, Offer, OfferQuery, ProviderError, Seat, Token
    from ampacity.providers.own import open_provider

    racks = open_provider(
        Seat(settings=ProviderSettings(), secrets={}, loopback=False, clock=system_clock, sites=Path(sys.argv[1]))
    )
    offer = next(row for row in racks.offers(OfferQuery()) if isinstance(row, Offer))
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(4):
        token = Token(digest_bytes(f"{sys.argv[2]} {number}".encode())[-32:])
        labels = Labels(deployment="ab" * 16, deployment_name="t", machine="m", plan=digest_bytes(b""), token=token)
        order = MachineOrder(labels=labels, offer=offer, image="default", disk_gib=1)
        try:
            print(racks.create(order).ref.id.split(".")[1], flush=True)
        except ProviderError as error:
            print(error.kind.value, flush=True)
"""


@pytest.fixture
def racers(sites: Path) -> "Callable[[int], list[list[str]]]":
    def run(count: int) -> list[list[str]]:
        program = [sys.executable, "-P", "-c", textwrap.dedent(RACER), str(sites)]
        running = [
            subprocess.Popen([*program, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for number in range(count)
        ]
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        return [process.communicate("go\n", timeout=60)[0].split() for process in running]

    return run


def test_processes_that_race_get_different_nodes_and_never_more_power_than_there_is(
    racers: "Callable[[int], list[list[str]]]",
) -> None:
    told = [word for words in racers(3) for word in words]
    assert sorted(word for word in told if word.startswith("n")) == ["n1", "n2", "n3"]
    assert told.count("capacity-zone") == 9


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from ampacity.providers.own.ledger import Ledger

    def die(held):
        os.kill(os.getpid(), signal.SIGKILL)

    Ledger(Path(sys.argv[1])).take("00" * 16, die)
"""


def test_a_process_killed_in_the_middle_leaves_no_entry_and_no_lock(sites: Path, racks: OwnRacks) -> None:
    first = racks.create(order(offers(racks)["east.r1"], 1))
    ledger = str(sites.parent / "sites.ledger.sqlite3")
    done = subprocess.run([sys.executable, "-P", "-c", textwrap.dedent(KILLED), ledger], check=False, timeout=60)
    assert done.returncode == -9
    second = racks.create(order(offers(racks)["east.r1"], 2))
    assert [machine.ref for machine in racks.ours()] == [first.ref, second.ref]
