"""What every seller promises, whoever it is. A new seller needs a harness in conftest.py and passes."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Protocol, TypeVar

import msgspec
import pytest

from ampacity.core.clock import system_clock
from ampacity.providers.base import (
    Failure,
    Machine,
    MachineOrder,
    MachineState,
    Market,
    Offer,
    OfferQuery,
    Provider,
    ProviderError,
    Provisions,
    Skip,
)
from ampacity.providers.gpus import find_model
from ampacity.providers.table import PROVIDERS
from ampacity.sandbox.faults import FaultKind

T = TypeVar("T")


class Harness(Protocol):
    """What conftest.py gives for each seller."""

    name: str
    shows: frozenset[FaultKind]
    secrets: tuple[str, ...]

    @property
    def provider(self) -> Provider: ...
    def order(self, number: int, offer: Offer | None = None) -> MachineOrder: ...
    def make(self, order: MachineOrder) -> Machine: ...
    def fault(self, kind: FaultKind, machine: str | None = None) -> None: ...
    def take_down(self) -> None: ...


def listed(harness: Harness, query: OfferQuery | None = None) -> list[Offer]:
    return [row for row in harness.provider.offers(query or OfferQuery()) if isinstance(row, Offer)]


def maker(harness: Harness) -> Provisions:
    assert isinstance(harness.provider, Provisions), f"{harness.name} makes no machines"
    return harness.provider


def soon(ask: Callable[[], T], good: Callable[[T], bool], *, seconds: float = 10.0) -> T:
    """What `ask` gives once it is good; the last answer where it never is."""
    until = time.monotonic() + seconds
    answer = ask()
    while not good(answer) and time.monotonic() < until:
        time.sleep(0.05)
        answer = ask()
    return answer


def gone(able: Provisions, machine: Machine) -> bool:
    return soon(lambda: able.read(machine.ref), lambda found: found is None) is None


def ids(able: Provisions) -> list[str]:
    return sorted(machine.ref.id for machine in able.ours())


def needs(harness: Harness, kind: FaultKind) -> None:
    if kind not in harness.shows:
        pytest.skip(f"{harness.name} has no way to show {kind.value}")


@pytest.mark.parametrize("harness", sorted(PROVIDERS), indirect=True)
class TestOffers:
    def test_every_offer_can_be_compared_with_every_other(self, harness: Harness) -> None:
        offers = listed(harness)
        assert offers
        for offer in offers:
            assert offer.provider == harness.name
            assert offer.region
            assert offer.source
            assert offer.gpu.count >= 1
            assert 1 <= offer.gpu.memory_gib <= 1024
            assert find_model(offer.gpu.model) is not None
            assert offer.observed_at.utcoffset() == timedelta(0)

    def test_a_price_is_unknown_or_a_plausible_sum_in_dollars(self, harness: Harness) -> None:
        for offer in listed(harness):
            price = offer.usd_per_hour
            if price is None:
                assert offer.price == ()
                continue
            assert Decimal("0.01") < price / offer.gpu.count < 100
            assert all(part.usd_per_hour >= 0 for part in offer.price)

    def test_an_offer_keeps_its_id_and_shares_it_with_no_other(self, harness: Harness) -> None:
        first, second = listed(harness), listed(harness)
        assert len({offer.id for offer in first}) == len(first)
        assert [offer.id for offer in first] == [offer.id for offer in second]

    def test_offers_survive_a_file(self, harness: Harness) -> None:
        for offer in listed(harness):
            assert msgspec.json.decode(msgspec.json.encode(offer), type=Offer) == offer

    def test_no_offer_holds_a_secret(self, harness: Harness) -> None:
        text = msgspec.json.encode(listed(harness)).decode()
        assert all(secret not in text for secret in harness.secrets)

    def test_what_a_query_asks_for_is_not_left_out(self, harness: Harness) -> None:
        whole = listed(harness)
        model, market, region = whole[0].gpu.model, whole[0].market, whole[0].region
        query = OfferQuery(gpu_models=(model,), markets=(market,), regions=(region,))
        fitting = {o.id for o in whole if (o.gpu.model, o.market, o.region) == (model, market, region)}
        assert fitting <= {offer.id for offer in listed(harness, query)}

    def test_a_market_that_the_seller_has_not_gives_no_offer_of_another(self, harness: Harness) -> None:
        assert all(o.market is Market.AUCTION for o in listed(harness, OfferQuery(markets=(Market.AUCTION,))))

    def test_a_skip_says_who_what_and_why(self, harness: Harness) -> None:
        for row in harness.provider.offers(OfferQuery()):
            if isinstance(row, Skip):
                assert row.provider == harness.name
                assert Failure(row.kind)
                assert row.what
                assert row.why

    def test_a_seller_that_is_down_is_unreachable(self, harness: Harness) -> None:
        harness.take_down()
        with pytest.raises(ProviderError) as caught:
            list(harness.provider.offers(OfferQuery()))
        assert caught.value.kind is Failure.UNREACHABLE

    @pytest.mark.parametrize("kind", [FaultKind.BAD_JSON, FaultKind.HALF_ANSWER])
    def test_nonsense_is_a_skip_or_a_named_failure(self, harness: Harness, kind: FaultKind) -> None:
        needs(harness, kind)
        harness.fault(kind)
        try:
            rows = list(harness.provider.offers(OfferQuery()))
        except ProviderError as error:
            assert error.kind in {Failure.NONSENSE, Failure.UNREACHABLE}  # noqa: PT017 - either outcome is right
        else:
            assert rows

    def test_a_price_that_moved_is_seen(self, harness: Harness) -> None:
        needs(harness, FaultKind.PRICE_MOVED)
        before = {offer.id: offer.usd_per_hour for offer in listed(harness)}
        harness.fault(FaultKind.PRICE_MOVED)
        after = {offer.id: offer.usd_per_hour for offer in listed(harness)}
        dearer = [key for key, price in after.items() if price and (old := before.get(key)) and price > old]
        assert dearer


@pytest.mark.parametrize("harness", sorted(PROVIDERS), indirect=True)
class TestMachines:
    def test_a_machine_is_made_seen_and_removed(self, harness: Harness) -> None:
        able, order = maker(harness), harness.order(1)
        made = harness.make(order)
        assert made.provider == harness.name
        assert (made.sku, made.market) == (order.offer.sku, order.offer.market)

        up = soon(lambda: able.read(made.ref), lambda found: found is not None and found.state is MachineState.RUNNING)
        assert up is not None
        assert up.state is MachineState.RUNNING
        assert up.address
        assert up.ssh_user
        if order.max_usd_per_hour is None:
            assert up.usd_per_hour == order.offer.usd_per_hour
        else:
            assert 0 < (up.usd_per_hour or 0) <= order.max_usd_per_hour

        found = able.find(order.labels, order.offer)
        assert found is not None
        assert found.ref == made.ref
        assert ids(able) == [made.ref.id]

        able.delete(made.ref)
        assert gone(able, made)
        assert able.find(order.labels, order.offer) is None
        assert ids(able) == []

    def test_labels_and_the_end_come_back_as_they_were_given(self, harness: Harness) -> None:
        able = maker(harness)
        order = msgspec.structs.replace(harness.order(1), ends_at=system_clock() + timedelta(hours=6))
        able.create(order)
        (machine,) = able.ours()
        assert machine.labels == order.labels
        assert machine.ends_at == order.ends_at
        assert machine.created_at is not None
        assert abs(machine.created_at - system_clock()) < timedelta(minutes=2)

    def test_whether_a_machine_ends_by_itself_is_told_by_its_offer_before_it_is_bought(self, harness: Harness) -> None:
        order = msgspec.structs.replace(harness.order(1), ends_at=system_clock() + timedelta(hours=6))
        assert maker(harness).create(order).self_ending == order.offer.self_ending

    def test_one_token_is_one_machine(self, harness: Harness) -> None:
        able, order = maker(harness), harness.order(1)
        assert able.create(order).ref == able.create(order).ref
        assert len(ids(able)) == 1

    def test_one_token_is_one_machine_for_many_threads(self, harness: Harness) -> None:
        able, order = maker(harness), harness.order(1)
        start = threading.Barrier(8)

        def create(_: int) -> str:
            start.wait()
            return able.create(order).ref.id

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(create, range(8)))) == 1
        assert len(ids(able)) == 1

    def test_eight_tokens_at_once_are_eight_machines(self, harness: Harness) -> None:
        able, offer = maker(harness), harness.order(0).offer
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda number: able.create(harness.order(number, offer)), range(8)))
        assert ids(able) == sorted(machine.ref.id for machine in made)
        assert len(ids(able)) == 8

    def test_the_next_machine_is_never_taken_for_the_removed_one(self, harness: Harness) -> None:
        able, first, second = maker(harness), harness.order(1), harness.order(2)
        old = able.create(first)
        able.delete(old.ref)
        assert gone(able, old)
        assert able.create(second).ref.id != old.ref.id
        assert able.read(old.ref) is None

    def test_removing_twice_is_quiet(self, harness: Harness) -> None:
        able = maker(harness)
        made = able.create(harness.order(1))
        able.delete(made.ref)
        able.delete(made.ref)
        assert gone(able, made)
        able.delete(made.ref)

    def test_no_capacity_is_a_definite_refusal_and_makes_nothing(self, harness: Harness) -> None:
        needs(harness, FaultKind.CAPACITY)
        able, order = maker(harness), harness.order(1)
        harness.fault(FaultKind.CAPACITY)
        with pytest.raises(ProviderError) as caught:
            able.create(order)
        assert caught.value.definite
        assert caught.value.kind.value.startswith("capacity-")
        assert able.find(order.labels, order.offer) is None

    def test_a_lost_answer_makes_one_machine_and_it_is_found(self, harness: Harness) -> None:
        needs(harness, FaultKind.TIMEOUT_AFTER_CREATE)
        able, order = maker(harness), harness.order(1)
        harness.fault(FaultKind.TIMEOUT_AFTER_CREATE)
        try:
            able.create(order)
        except ProviderError as error:
            assert not error.definite  # noqa: PT017 - to return the machine is right too
        found = soon(lambda: able.find(order.labels, order.offer), lambda machine: machine is not None)
        assert found is not None
        assert able.create(order).ref == found.ref
        assert ids(able) == [found.ref.id]

    @pytest.mark.parametrize("kind", [FaultKind.BAD_JSON, FaultKind.HALF_ANSWER, FaultKind.THROTTLE])
    def test_a_broken_answer_never_makes_a_second_machine(self, harness: Harness, kind: FaultKind) -> None:
        needs(harness, kind)
        able, order = maker(harness), harness.order(1)
        harness.fault(kind)
        with suppress(ProviderError):
            able.create(order)
        able.create(order)
        assert len(ids(able)) == 1

    def test_a_machine_taken_away_is_gone_or_has_failed_and_holds_what_was_paid_ahead(self, harness: Harness) -> None:
        able = maker(harness)
        made = harness.make(harness.order(1))
        harness.fault(FaultKind.PREEMPT, made.ref.id)
        left = soon(lambda: able.read(made.ref), lambda found: found is None or found.state is MachineState.FAILED)
        if left is None:
            assert ids(able) == []
            return
        assert left.state is MachineState.FAILED
        assert left.note
        assert left.held_usd
        able.delete(made.ref)
        assert gone(able, made)

    def test_a_sweep_of_a_seller_that_is_down_does_not_look_empty(self, harness: Harness) -> None:
        able = maker(harness)
        made = able.create(harness.order(1))
        harness.take_down()
        with pytest.raises(ProviderError):
            list(able.ours())
        with pytest.raises(ProviderError):
            able.read(made.ref)

    def test_no_failure_tells_user_data_or_a_secret(self, harness: Harness) -> None:
        able, order = maker(harness), harness.order(1)
        harness.take_down()
        with pytest.raises(ProviderError) as caught:
            able.create(order)
        told = " ".join((caught.value.what, caught.value.why, caught.value.fix))
        assert all(secret not in told for secret in (*harness.secrets, "secret-in-user-data"))
