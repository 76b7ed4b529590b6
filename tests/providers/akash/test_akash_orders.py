"""An order holds money from the moment it is open: it is opened once, seen by all, and closed whole."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.providers.base import Failure, MachineOrder, MachineState, ProviderError, StillThereError


def other(order: MachineOrder, token: str) -> MachineOrder:
    labels = msgspec.structs.replace(order.labels, token=token * 16)
    return msgspec.structs.replace(order, labels=labels)


class TestOpening:
    def test_an_open_order_is_a_pending_machine_that_costs_nothing_and_holds_its_deposit(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.provider.create(order)
        # 4166.666666 uact a block x 6000 blocks in ten hours = 24999999.996, rounded up to whole uact.
        assert made.held_usd == Decimal(25)
        assert (made.state, made.usd_per_hour, made.paid_until) == (MachineState.PENDING, 0, None)
        assert (made.labels, made.ends_at, made.sku) == (order.labels, order.ends_at, order.offer.sku)
        assert "no bid" in made.note

    def test_the_deposit_that_was_told_before_is_the_one_that_is_taken(self, bazaar: Any, order: MachineOrder) -> None:
        told = bazaar.provider.deposit_usd(order.max_usd_per_hour, Decimal(10))
        assert bazaar.provider.create(order).held_usd == told

    def test_until_when_the_custody_would_pay_on_is_told_with_it(self, bazaar: Any, order: MachineOrder) -> None:
        assert bazaar.provider.limit_hours(order.max_usd_per_hour, Decimal(10)) is None
        bazaar.chain.leash_hours = 10
        assert bazaar.provider.limit_hours(order.max_usd_per_hour, Decimal(10)) == 10

    def test_a_machine_without_an_end_gets_a_deposit_for_the_hours_of_the_context(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        endless = msgspec.structs.replace(order, ends_at=None)
        made = bazaar.open(deposit_hours="2").create(endless)
        assert made.held_usd == Decimal(5)  # 4166.666666 x 1200 = 4999999.2, rounded up

    def test_a_deposit_is_never_below_the_least_of_the_chain(self, bazaar: Any, order: MachineOrder) -> None:
        short = msgspec.structs.replace(order, ends_at=bazaar.chain.now + timedelta(minutes=1))
        assert bazaar.provider.create(short).held_usd == Decimal("0.5")

    def test_an_order_without_a_ceiling_is_refused_and_opens_nothing(self, bazaar: Any, order: MachineOrder) -> None:
        with pytest.raises(ProviderError) as caught:
            bazaar.provider.create(msgspec.structs.replace(order, max_usd_per_hour=None))
        assert caught.value.kind is Failure.INVALID
        assert not bazaar.chain.deployments

    def test_an_account_without_the_deposit_is_told_both_figures_and_opens_nothing(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        bazaar.chain.balance = Decimal(3_000_000)
        with pytest.raises(ProviderError, match=r"deposit is \$25\.00.*has \$3\.00") as caught:
            bazaar.provider.create(order)
        assert caught.value.kind is Failure.BILLING
        assert not bazaar.chain.deployments

    @pytest.mark.parametrize("call", ["check_versions", "leases", "block_time"])
    def test_a_chain_that_would_not_sell_it_is_told_before_anything_is_opened(
        self, bazaar: Any, order: MachineOrder, call: str
    ) -> None:
        bazaar.chain.refuse[call] = ProviderError("akash", Failure.INVALID, "answered 501")
        with pytest.raises(ProviderError, match="501"):
            bazaar.provider.create(order)
        assert "open" not in bazaar.chain.calls

    def test_an_account_that_does_not_tell_what_it_has_is_not_taken_for_empty(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        bazaar.chain.balance = None
        assert bazaar.provider.create(order).state is MachineState.PENDING


class TestOnce:
    @pytest.mark.parametrize("own_numbers", [False, True], ids=["own wallet", "managed wallet"])
    def test_many_threads_with_one_token_open_one_deployment(
        self, bazaar: Any, order: MachineOrder, own_numbers: bool
    ) -> None:
        bazaar.chain.own_numbers = own_numbers
        with ThreadPoolExecutor(8) as pool:
            ids = set(pool.map(lambda _: bazaar.provider.create(order).ref.id, range(8)))
        assert len(ids) == len(bazaar.chain.deployments) == 1

    @pytest.mark.parametrize("own_numbers", [False, True], ids=["own wallet", "managed wallet"])
    def test_a_lost_answer_is_found_and_nothing_is_opened_again(
        self, bazaar: Any, order: MachineOrder, own_numbers: bool
    ) -> None:
        bazaar.chain.own_numbers = own_numbers
        bazaar.chain.lose = "open"
        made = bazaar.provider.create(order)
        assert [str(dseq) for dseq in bazaar.chain.deployments] == [made.ref.id]

    def test_one_that_another_process_opened_is_adopted(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.provider.create(order)
        assert bazaar.open().create(order).ref == made.ref

    def test_a_call_that_may_have_opened_one_that_no_list_shows_stays_unknown(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        bazaar.chain.refuse["open"] = ProviderError("akash", Failure.UNKNOWN_OUTCOME, "gone silent")
        with pytest.raises(ProviderError) as caught:
            bazaar.provider.create(order)
        assert not caught.value.definite
        assert sum(bazaar.slept) >= 12  # two blocks and more

    def test_a_number_that_was_closed_is_not_used_again(self, bazaar: Any, order: MachineOrder) -> None:
        first = bazaar.provider.create(order)
        bazaar.provider.delete(first.ref)
        assert bazaar.provider.create(order).ref != first.ref

    def test_a_number_tells_nothing_and_every_json_reader_keeps_it(self, bazaar: Any, order: MachineOrder) -> None:
        number = int(bazaar.provider.create(order).ref.id)
        assert 0 < number < 2**53


class TestNothingIsForgotten:
    """Where a failure would say that there is nothing, although there is."""

    @pytest.mark.parametrize("call", ["leases", "height"])
    def test_an_order_that_is_open_is_told_though_nothing_more_can_be_asked(
        self, bazaar: Any, order: MachineOrder, call: str
    ) -> None:
        bazaar.chain.after_open = {call: ProviderError("akash", Failure.UNREACHABLE, "no route")}
        made = bazaar.provider.create(order)
        assert (made.state, made.held_usd) == (MachineState.PENDING, Decimal(25))

    def test_a_node_that_is_behind_does_not_make_an_open_order_a_closed_one(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.provider.create(order)
        bazaar.chain.behind = True
        for ask in (bazaar.provider.read, bazaar.provider.sale, bazaar.provider.delete):
            with pytest.raises(ProviderError) as caught:
                ask(made.ref)
            assert caught.value.kind is Failure.UNREACHABLE
        bazaar.chain.behind = False
        bazaar.provider.delete(made.ref)
        assert list(bazaar.provider.ours()) == []

    def test_a_lease_that_the_node_does_not_show_yet_is_delivered_to_later(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.sold(order)
        bazaar.chain.all_leases, shown = [], bazaar.chain.all_leases
        with pytest.raises(ProviderError) as caught:
            bazaar.provider.deliver(made.ref, order)
        assert caught.value.kind is Failure.UNREACHABLE
        bazaar.chain.all_leases = shown
        bazaar.provider.deliver(made.ref, order)


class TestSeeing:
    def test_every_open_order_of_ours_is_seen_and_no_other(self, bazaar: Any, order: MachineOrder) -> None:
        made = [bazaar.provider.create(other(order, token)) for token in ("0a", "0b")]
        stranger = next(iter(bazaar.chain.deployments.values()))
        bazaar.chain.deployments[99] = msgspec.structs.replace(stranger, dseq=99, group_name="westcoast")
        assert sorted(m.ref.id for m in bazaar.provider.ours()) == sorted(m.ref.id for m in made)

    def test_of_two_that_a_managed_wallet_opened_the_same_one_is_always_found(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        bazaar.chain.own_numbers = True
        first = bazaar.provider.create(order)
        twin = msgspec.structs.replace(bazaar.chain.deployments[int(first.ref.id)], dseq=int(first.ref.id) + 5)
        bazaar.chain.deployments[twin.dseq] = twin
        found = bazaar.provider.find(order.labels, order.offer)
        assert found is not None
        assert found.ref == first.ref

    def test_when_it_was_made_follows_from_its_block(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.provider.create(order)
        born = bazaar.chain.now
        bazaar.chain.pass_time(timedelta(minutes=30))
        (seen,) = bazaar.provider.ours()
        assert made.created_at == seen.created_at == born

    def test_a_list_that_cannot_be_read_is_never_an_empty_one(self, bazaar: Any) -> None:
        bazaar.chain.refuse["active_deployments"] = ProviderError("akash", Failure.UNREACHABLE, "no route")
        with pytest.raises(ProviderError):
            list(bazaar.provider.ours())


class TestClosing:
    def test_a_closed_order_is_gone_and_closing_again_is_quiet(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.provider.create(order)
        bazaar.provider.delete(made.ref)
        bazaar.provider.delete(made.ref)
        assert bazaar.provider.read(made.ref) is None
        assert list(bazaar.provider.ours()) == []

    def test_a_close_whose_answer_is_lost_is_settled_by_a_look(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.provider.create(order)
        bazaar.chain.lose = "close"
        bazaar.provider.delete(made.ref)
        assert bazaar.provider.read(made.ref) is None

    def test_one_that_is_not_closed_after_a_lost_answer_is_still_there(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.provider.create(order)
        bazaar.chain.refuse["close"] = ProviderError("akash", Failure.UNKNOWN_OUTCOME, "gone silent")
        with pytest.raises(StillThereError):
            bazaar.provider.delete(made.ref)

    def test_what_comes_back_is_told(self, bazaar: Any, order: MachineOrder, caplog: pytest.LogCaptureFixture) -> None:
        made = bazaar.provider.create(order)
        with caplog.at_level("INFO", logger="ampacity.providers.akash"):
            bazaar.provider.delete(made.ref)
        assert "$25.00 came back" in caplog.text

    def test_a_name_that_is_no_number_is_refused(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.provider.create(order)
        for wrong in ("", "-1", "1e3", "٣", "9" * 21):
            with pytest.raises(ProviderError):
                bazaar.provider.read(msgspec.structs.replace(made.ref, id=wrong))
