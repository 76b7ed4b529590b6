"""The owner's racks in the sandbox: a file copied from the example, and nodes taken away."""

from pathlib import Path

import pytest

from ampacity.core.clock import system_clock
from ampacity.core.contexts import ProviderSettings
from ampacity.core.digests import digest_bytes
from ampacity.core.errors import MissingError, UsageError
from ampacity.providers.base import Labels, Machine, MachineOrder, Offer, OfferQuery, Seat, Token
from ampacity.providers.own import open_provider
from ampacity.providers.own.provider import OwnRacks
from ampacity.sandbox.faults import FaultKind
from ampacity.sandbox.own import inject, prepare


@pytest.fixture
def racks(tmp_path: Path) -> OwnRacks:
    seat = Seat(
        settings=ProviderSettings(), secrets={}, loopback=True, clock=system_clock, sites=prepare(tmp_path / "own")
    )
    return open_provider(seat)


def reserve(racks: OwnRacks, number: int) -> Machine:
    offer = next(row for row in racks.offers(OfferQuery()) if isinstance(row, Offer))
    labels = Labels(
        deployment="ab" * 16,
        deployment_name="train",
        machine=f"gpu-{number}",
        plan=digest_bytes(b"plan"),
        token=Token(digest_bytes(str(number).encode())[-32:]),
    )
    return racks.create(MachineOrder(labels=labels, offer=offer, image="default", disk_gib=100))


def test_the_example_is_copied_once_and_edits_are_kept(tmp_path: Path) -> None:
    sites = prepare(tmp_path)
    sites.write_text(sites.read_text() + "# mine\n")
    assert prepare(tmp_path).read_text().endswith("# mine\n")


def test_the_named_node_is_taken_and_no_other(racks: OwnRacks, tmp_path: Path) -> None:
    first, second = reserve(racks, 1), reserve(racks, 2)
    inject(FaultKind.PREEMPT, second.ref.id, tmp_path / "own")
    assert [machine.ref for machine in racks.ours()] == [first.ref]


def test_without_a_name_one_node_is_taken(racks: OwnRacks, tmp_path: Path) -> None:
    reserve(racks, 1), reserve(racks, 2)
    inject(FaultKind.PREEMPT, None, tmp_path / "own")
    assert len(list(racks.ours())) == 1


def test_a_node_that_is_not_reserved_cannot_be_taken(racks: OwnRacks, tmp_path: Path) -> None:
    there = reserve(racks, 1).ref.id
    with pytest.raises(MissingError) as caught:
        inject(FaultKind.PREEMPT, "ohio.dgx-01.000000000000", tmp_path / "own")
    assert caught.value.why == f"it has: {there}"
    assert len(list(racks.ours())) == 1


def test_where_no_node_is_taken_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="has no machine"):
        inject(FaultKind.PREEMPT, None, tmp_path / "own")


def test_faults_of_a_service_mean_nothing_to_racks(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="throttle"):
        inject(FaultKind.THROTTLE, None, tmp_path)
