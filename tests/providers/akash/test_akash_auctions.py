"""From bids to a provider that has what is to run, taken up again from wherever it was left."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.providers.akash.values import GpuOffered, LeaseState
from ampacity.providers.base import Bidders, Failure, MachineOrder, ProviderError, Stage, choose_bid

AUDITOR = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63"
H100 = "vendor/nvidia/model/h100/ram/80Gi/interface/sxm"
A100 = "vendor/nvidia/model/a100/ram/80Gi/interface/sxm"


def refusal(bazaar: Any, order: MachineOrder, provider: Any = None) -> str:
    """Why the only bid may not be taken; empty where it may."""
    provider = provider or bazaar.provider
    (bid,) = provider.bids(provider.find(order.labels, order.offer).ref, order)
    assert bid.allowed == (not bid.why_not)
    return str(bid.why_not)


class TestBids:
    def test_an_honest_bid_is_allowed_and_told_in_dollars(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any]
    ) -> None:
        made = bazaar.provider.create(order)
        bazaar.chain.bid(int(made.ref.id), sellers("honest"), "4268")
        (bid,) = bazaar.provider.bids(made.ref, order)
        assert (bid.allowed, bid.bidder) == (True, "akash1honest")
        assert bid.usd_per_hour == Decimal("2.5608")  # 4268 uact x 600 blocks an hour of 6 s each

    def test_a_bid_in_another_denomination_has_no_price_in_dollars_and_is_refused(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any]
    ) -> None:
        made = bazaar.provider.create(order)
        bazaar.chain.bid(int(made.ref.id), sellers("old"), "1", denom="ibc/170C677610AC31DF0904FFE09CD3B5C6")
        (bid,) = bazaar.provider.bids(made.ref, order)
        assert bid.usd_per_hour is None
        assert choose_bid([bid], Decimal(1000)) is None
        assert "ibc/170C" in bid.why_not

    @pytest.mark.parametrize(
        ("offered", "reason"),
        [
            (GpuOffered(units=1, attributes=(A100,)), "brings a100 80Gi sxm instead of h100 80Gi sxm"),
            (GpuOffered(units=0, attributes=(H100,)), "brings 0 GPUs of 1"),
            (GpuOffered(units=1), "does not say which GPU"),
            (None, "does not say which GPU"),
            (GpuOffered(units=1, attributes=("vendor/nvidia/model/h100/ram/40Gi",)), "brings h100 40Gi"),
        ],
    )
    def test_a_bid_that_brings_another_gpu_is_refused_with_what_it_brings(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any], offered: Any, reason: str
    ) -> None:
        made = bazaar.provider.create(order)
        bazaar.chain.bid(int(made.ref.id), sellers("liar"), "4000", gpus=offered)
        assert reason in refusal(bazaar, order)

    def test_a_bid_may_say_less_than_the_order_where_the_provider_states_the_whole(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any]
    ) -> None:
        made = bazaar.provider.create(order)
        model_only = GpuOffered(units=1, attributes=("vendor/nvidia/model/h100",))
        bazaar.chain.bid(int(made.ref.id), sellers("honest"), "4000", gpus=model_only)
        assert not refusal(bazaar, order)

    def test_a_provider_whose_own_attributes_state_another_gpu_is_refused(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any]
    ) -> None:
        made = bazaar.provider.create(order)
        bazaar.chain.bid(int(made.ref.id), sellers("liar", gpu=A100), "4000")
        assert "attributes state no such GPU" in refusal(bazaar, order)

    def test_only_a_provider_that_a_named_auditor_audited_may_be_taken(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any]
    ) -> None:
        strict = bazaar.open(audited_by=AUDITOR)
        made = strict.create(order)
        bazaar.chain.bid(int(made.ref.id), sellers("unknown"), "4000")
        bazaar.chain.bid(int(made.ref.id), sellers("audited", audited_by=(AUDITOR,)), "4100")
        first, second = strict.bids(made.ref, order)
        assert (first.allowed, second.allowed) == (False, True)
        assert AUDITOR in first.why_not

    def test_the_auditors_of_the_context_are_part_of_the_order_itself(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.open(audited_by=AUDITOR).create(order)
        (group,) = bazaar.chain.sources[int(made.ref.id)].compiled.groups
        assert group.signed_by_any == (AUDITOR,)

    @pytest.mark.parametrize(
        ("region", "reason"),
        [("eu-central", "it is in eu-central, not in us-*"), (None, "does not say where it is"), ("us-west", "")],
    )
    def test_only_a_provider_in_a_region_of_the_context_may_be_taken(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any], region: str | None, reason: str
    ) -> None:
        american = bazaar.open(regions=("us-*",))
        made = american.create(order)
        bazaar.chain.bid(int(made.ref.id), sellers("somewhere", region=region), "4000")
        told = refusal(bazaar, order, american)
        assert told == reason or (reason and reason in told)

    def test_the_plans_rule_counts_and_not_what_the_context_says_since(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any]
    ) -> None:
        rule = Bidders(audited_by=(AUDITOR,), regions=("us-*",))
        signed = msgspec.structs.replace(order, offer=msgspec.structs.replace(order.offer, bidders=rule))
        lax = bazaar.open()
        made = lax.create(signed)
        (group,) = bazaar.chain.sources[int(made.ref.id)].compiled.groups
        assert group.signed_by_any == (AUDITOR,)
        bazaar.chain.bid(int(made.ref.id), sellers("unknown"), "3000")
        bazaar.chain.bid(int(made.ref.id), sellers("elsewhere", audited_by=(AUDITOR,), region="eu-central"), "3500")
        bazaar.chain.bid(int(made.ref.id), sellers("fitting", audited_by=(AUDITOR,)), "4000")
        assert [bid.allowed for bid in lax.bids(made.ref, signed)] == [False, False, True]

    def test_a_plan_that_lets_anybody_bid_is_not_narrowed_by_the_context_since(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any]
    ) -> None:
        signed = msgspec.structs.replace(order, offer=msgspec.structs.replace(order.offer, bidders=Bidders()))
        strict = bazaar.open(audited_by=AUDITOR, regions=("eu-*",))
        made = strict.create(signed)
        bazaar.chain.bid(int(made.ref.id), sellers("unknown"), "4000")
        assert refusal(bazaar, signed, strict) == ""

    @pytest.mark.parametrize(("state", "reason"), [("closed", "withdrawn"), ("lost", "lost, not open")])
    def test_a_bid_that_is_not_open_is_refused(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any], state: str, reason: str
    ) -> None:
        made = bazaar.provider.create(order)
        bazaar.chain.bid(int(made.ref.id), sellers("fickle"), "4000", state=state)
        assert reason in refusal(bazaar, order)

    def test_a_bidder_of_whom_the_chain_knows_nothing_is_refused_and_sinks_no_other(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any]
    ) -> None:
        made = bazaar.provider.create(order)
        bazaar.chain.bid(int(made.ref.id), sellers("ghost"), "3000")
        bazaar.chain.bid(int(made.ref.id), sellers("honest"), "4000")
        del bazaar.chain.sellers["akash1ghost"]
        ghost, honest = bazaar.provider.bids(made.ref, order)
        assert (ghost.allowed, honest.allowed) == (False, True)

    def test_what_a_bid_says_is_shown_without_control_characters(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any]
    ) -> None:
        made = bazaar.provider.create(order)
        evil = GpuOffered(units=1, attributes=("vendor/nvidia/model/\x1b[2Jh100",))
        bazaar.chain.bid(int(made.ref.id), sellers("evil"), "4000", gpus=evil)
        assert refusal(bazaar, order).isprintable()


class TestStages:
    def test_bids_are_awaited_for_the_seconds_of_the_context(self, bazaar: Any, order: MachineOrder) -> None:
        patient = bazaar.open(bid_seconds="90")
        made = patient.create(order)
        bazaar.chain.pass_time(timedelta(seconds=30))
        sale = patient.sale(made.ref)
        assert sale.stage is Stage.BIDDING
        assert sale.bids_until == made.created_at + timedelta(seconds=90)

    def test_a_taken_bid_bills_and_is_not_delivered(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.sold(order)
        sale = bazaar.provider.sale(made.ref)
        assert (sale.stage, sale.bidder) == (Stage.TAKEN, "akash1honest")

    def test_what_was_delivered_is_known_to_a_fresh_process_too(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.running(order)
        assert bazaar.provider.sale(made.ref).stage is Stage.DELIVERED
        assert bazaar.open().sale(made.ref).stage is Stage.DELIVERED

    def test_a_provider_that_cannot_be_asked_is_given_it_again(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.running(order)
        bazaar.gateways.failure = ProviderError("akash", Failure.UNREACHABLE, "no route")
        assert bazaar.open().sale(made.ref).stage is Stage.TAKEN

    @pytest.mark.parametrize("state", [LeaseState.CLOSED, LeaseState.INSUFFICIENT_FUNDS])
    def test_a_lease_that_ended_is_the_end(self, bazaar: Any, order: MachineOrder, state: LeaseState) -> None:
        made = bazaar.running(order)
        bazaar.chain.end_lease(int(made.ref.id), state)
        assert bazaar.provider.sale(made.ref).stage is Stage.ENDED

    def test_a_closed_order_and_one_that_never_was_are_ended(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.provider.create(order)
        bazaar.provider.delete(made.ref)
        assert bazaar.provider.sale(made.ref).stage is Stage.ENDED
        assert bazaar.provider.sale(msgspec.structs.replace(made.ref, id="12")).stage is Stage.ENDED


class TestTaking:
    def test_the_same_bid_is_taken_once(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.sold(order)
        (bid,) = bazaar.provider.bids(made.ref, order)
        bazaar.provider.accept(made.ref, order, bid)
        assert len(bazaar.chain.all_leases) == 1

    def test_a_withdrawn_bid_is_a_capacity_that_is_gone(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any]
    ) -> None:
        made = bazaar.provider.create(order)
        bazaar.chain.bid(int(made.ref.id), sellers("fickle"), "4000")
        (bid,) = bazaar.provider.bids(made.ref, order)
        bazaar.chain.all_bids.clear()
        with pytest.raises(ProviderError) as caught:
            bazaar.provider.accept(made.ref, order, bid)
        assert caught.value.kind is Failure.CAPACITY_GLOBAL

    def test_a_bid_that_came_back_dearer_is_not_the_one_that_was_chosen(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any]
    ) -> None:
        made = bazaar.provider.create(order)
        bazaar.chain.bid(int(made.ref.id), sellers("fickle"), "4000")
        (bid,) = bazaar.provider.bids(made.ref, order)
        bazaar.chain.all_bids = [msgspec.structs.replace(bazaar.chain.all_bids[0], uact_per_block=Decimal(4100))]
        with pytest.raises(ProviderError):
            bazaar.provider.accept(made.ref, order, bid)
        assert not bazaar.chain.all_leases

    def test_a_lost_answer_to_a_taken_bid_is_settled_by_a_look(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any]
    ) -> None:
        made = bazaar.provider.create(order)
        bazaar.chain.bid(int(made.ref.id), sellers("honest"), "4000")
        (bid,) = bazaar.provider.bids(made.ref, order)
        bazaar.chain.lose = "lease"
        bazaar.provider.accept(made.ref, order, bid)
        assert bazaar.provider.sale(made.ref).stage is Stage.TAKEN


class TestDelivering:
    def test_what_is_delivered_is_what_the_chain_has_the_hash_of_and_a_kill_changes_no_byte(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.running(order)
        compiled = bazaar.chain.sources[int(made.ref.id)].compiled
        assert list(bazaar.gateways.manifests.values()) == [compiled.manifest]
        bazaar.open(vcpu="4", ram_gib="8").deliver(made.ref, order)  # the order's own figures count
        assert list(bazaar.gateways.manifests.values()) == [compiled.manifest]

    def test_another_order_under_the_same_deployment_is_refused_before_anything_is_sent(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.sold(order)
        changed = msgspec.structs.replace(order, image="ghcr.io/me/other:1")
        with pytest.raises(ProviderError, match="hash on the chain") as caught:
            bazaar.provider.deliver(made.ref, changed)
        assert caught.value.kind is Failure.INVALID
        assert not bazaar.gateways.manifests

    def test_a_provider_that_will_not_have_it_is_told_as_it_said(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.sold(order)
        bazaar.gateways.failure = ProviderError("akash", Failure.INVALID, "manifest version validation failed")
        with pytest.raises(ProviderError, match="manifest version"):
            bazaar.provider.deliver(made.ref, order)

    def test_nothing_is_delivered_where_no_lease_runs(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.provider.create(order)
        with pytest.raises(ProviderError, match="no lease"):
            bazaar.provider.deliver(made.ref, order)
