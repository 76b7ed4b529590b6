"""Machines on the stand-in: what only this seller does. What all of them do is in the contract."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any, Protocol

import msgspec
import pytest

from ampacity.core.clock import system_clock
from ampacity.providers.aws.provider import Aws
from ampacity.providers.aws.recent import SETTLED_SECONDS, Recent
from ampacity.providers.base import (
    Failure,
    Machine,
    MachineOrder,
    MachineRef,
    MachineState,
    Market,
    Offer,
    ProviderError,
    StillThereError,
)
from ampacity.sandbox.faults import FaultKind

pytestmark = pytest.mark.moto

OrderMaker = Callable[..., MachineOrder]


class Account(Protocol):
    seller: Aws

    def open(self, **settings: object) -> Aws: ...
    def fault(self, kind: FaultKind, machine: str | None = None) -> None: ...
    def offer(self, sku: str = ..., market: Market = ...) -> Offer: ...


def ours(account: Account) -> dict[str, str]:
    """What a sweep finds: kind by id's prefix."""
    return {machine.ref.id.partition("-")[0]: machine.sku for machine in account.seller.ours()}


@pytest.fixture
def spot_order(account: Account, make_order: OrderMaker) -> MachineOrder:
    return make_order(offer=account.offer("p5.4xlarge", Market.SPOT))


def test_a_spot_machine_is_made_in_its_zone_and_leaves_no_request_behind(
    account: Account, spot_order: MachineOrder
) -> None:
    made = account.seller.create(spot_order)
    assert (made.market, made.ref.zone) == (Market.SPOT, spot_order.offer.zone)
    row = account.seller._clients.ec2("us-east-1").describe_instances(InstanceIds=[made.ref.id])
    request_id = row["Reservations"][0]["Instances"][0]["SpotInstanceRequestId"]

    account.seller.delete(made.ref)

    assert account.seller.read(made.ref) is None
    requests = account.seller._clients.ec2("us-east-1").describe_spot_instance_requests(
        SpotInstanceRequestIds=[request_id]
    )
    assert requests["SpotInstanceRequests"][0]["State"] in {"cancelled", "closed"}


def test_a_bid_below_the_price_is_told_as_a_moved_price(account: Account, spot_order: MachineOrder) -> None:
    with pytest.raises(ProviderError) as caught:
        account.seller.create(msgspec.structs.replace(spot_order, max_usd_per_hour=Decimal("0.5")))
    assert caught.value.kind is Failure.PRICE_MOVED


def test_a_cap_at_the_offers_price_is_enough_for_it(account: Account, spot_order: MachineOrder) -> None:
    cap = spot_order.offer.usd_per_hour
    assert account.seller.create(msgspec.structs.replace(spot_order, max_usd_per_hour=cap)).ref.id


def test_a_machine_with_an_end_says_that_it_ends_itself(account: Account, spot_order: MachineOrder) -> None:
    end = system_clock() + timedelta(hours=96)
    made = account.seller.create(msgspec.structs.replace(spot_order, ends_at=end))
    read = account.seller.read(made.ref)
    assert read is not None
    assert (read.ends_at, read.self_ending) == (end, True)


def test_a_machine_without_an_end_does_not(account: Account, spot_order: MachineOrder) -> None:
    assert not account.seller.create(spot_order).self_ending


def test_a_disk_that_outlived_its_machine_is_found_and_can_be_deleted(
    account: Account, spot_order: MachineOrder
) -> None:
    client: Any = account.seller._clients.ec2("us-east-1")
    tags = [{"Key": "ampacity:token", "Value": "0" * 32}]
    client.create_volume(
        AvailabilityZone="us-east-1a", Size=10, TagSpecifications=[{"ResourceType": "volume", "Tags": tags}]
    )
    (disk,) = account.seller.ours()
    assert (disk.sku, disk.labels) == ("volume", None)

    account.seller.delete(disk.ref)
    account.seller.delete(disk.ref)

    assert list(account.seller.ours()) == []


def test_a_disk_in_use_is_to_be_asked_for_again(account: Account, spot_order: MachineOrder) -> None:
    account.seller.create(spot_order)
    volumes = account.seller._clients.ec2("us-east-1").describe_volumes()["Volumes"]
    with pytest.raises(StillThereError):
        account.seller.delete(MachineRef(id=volumes[0]["VolumeId"], region="us-east-1"))


def test_a_running_machines_own_disk_is_no_orphan(account: Account, spot_order: MachineOrder) -> None:
    account.seller.create(spot_order)
    assert ours(account) == {"i": "p5.4xlarge"}


def test_an_image_that_does_not_exist_is_refused_with_what_to_do(account: Account, make_order: OrderMaker) -> None:
    order = make_order(offer=account.offer())
    for image in ("ubuntu", "ami-00000000000000000"):
        with pytest.raises(ProviderError) as caught:
            account.seller.create(msgspec.structs.replace(order, image=image))
        assert caught.value.kind is Failure.INVALID


def test_a_sweep_that_misses_a_region_fails_before_it_gives_anything(
    account: Account, spot_order: MachineOrder
) -> None:
    seller = account.open(regions=("us-east-1", "xx-nowhere-1"))
    seller.create(spot_order)
    with pytest.raises(ProviderError):
        next(seller.ours())


def test_a_sweep_of_named_regions_looks_there_only(account: Account, spot_order: MachineOrder) -> None:
    account.seller.create(spot_order)
    assert list(account.seller.ours(("us-west-2",))) == []
    assert len(list(account.seller.ours(("us-east-1",)))) == 1


def test_the_token_of_a_machine_that_is_gone_makes_no_other(account: Account, spot_order: MachineOrder) -> None:
    made = account.seller.create(spot_order)
    account.seller.delete(made.ref)
    with pytest.raises(ProviderError, match="IdempotentInstanceTerminated") as caught:
        account.seller.create(spot_order)
    assert caught.value.kind is Failure.INVALID
    assert "plan again" in caught.value.fix


def test_the_token_with_another_request_is_refused(account: Account, spot_order: MachineOrder) -> None:
    account.seller.create(spot_order)
    with pytest.raises(ProviderError, match="IdempotentParameterMismatch"):
        account.seller.create(msgspec.structs.replace(spot_order, disk_gib=300))


def test_a_machine_is_pending_before_it_runs(account: Account, spot_order: MachineOrder) -> None:
    made = account.seller.create(spot_order)
    assert made.state is MachineState.PENDING


def test_twelve_machines_come_up_side_by_side(account: Account, make_order: OrderMaker) -> None:
    offer = account.offer()
    with ThreadPoolExecutor(12) as pool:
        made = list(pool.map(lambda number: account.seller.create(make_order(number, offer)), range(12)))
    assert len({machine.ref.id for machine in made}) == 12


def test_an_unknown_outcome_is_found_by_another_process(account: Account, spot_order: MachineOrder) -> None:
    account.fault(FaultKind.TIMEOUT_AFTER_CREATE)
    made = account.seller.create(spot_order)  # the second try gives the machine that the first one made
    found = account.open().find(spot_order.labels, spot_order.offer)
    assert found is not None
    assert found.ref == made.ref
    assert ours(account) == {"i": "p5.4xlarge"}


class TestAMachineThatEc2DoesNotKnowYet:
    @staticmethod
    def machine() -> Machine:
        ref = MachineRef(id="i-1", region="us-east-1")
        return Machine(provider="aws", ref=ref, state=MachineState.PENDING, sku="p5.4xlarge", market=Market.ON_DEMAND)

    def test_is_remembered_for_a_minute(self) -> None:
        now = [0.0]
        recent = Recent(lambda: now[0])
        recent.add(self.machine())
        assert recent.get("i-1") == self.machine()
        now[0] = SETTLED_SECONDS
        assert recent.get("i-1") is None

    def test_is_forgotten_once_it_was_seen(self) -> None:
        recent = Recent()
        recent.add(self.machine())
        recent.seen("i-1")
        assert recent.get("i-1") is None

    def test_reads_as_pending_and_cannot_be_ended_yet(self, account: Account) -> None:
        machine = self.machine()
        account.seller._recent.add(machine)
        assert account.seller.read(machine.ref) == machine
        with pytest.raises(StillThereError):
            account.seller.delete(machine.ref)
