"""How a leased machine is told: running, dark, ended, taken back, running out of money."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.providers.akash.gateway.lease import Event, LeasedIp, LeaseStatus, Service
from ampacity.providers.akash.values import LeaseState
from ampacity.providers.base import Failure, MachineOrder, MachineState, ProviderError

STARTING = LeaseStatus(services=(Service(name="machine", available=0, total=1),))
RUNNING = LeaseStatus(services=(Service(name="machine", available=1, total=1),))
DARK = ProviderError("akash", Failure.UNREACHABLE, "connection refused")


def status(bazaar: Any, ref: Any) -> Any:
    machine = bazaar.provider.read(ref)
    assert machine is not None
    return machine


class TestRunning:
    def test_it_is_reached_by_the_port_that_its_provider_forwards_from_22(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        machine = status(bazaar, bazaar.running(order).ref)
        assert machine.state is MachineState.RUNNING
        assert (machine.ssh_user, machine.address, machine.ssh_port) == ("root", "h100.example", 31_022)
        assert "akash1honest" in machine.note

    def test_one_with_a_public_address_of_its_own_is_reached_there(self, bazaar: Any, order: MachineOrder) -> None:
        ip = LeasedIp(service="machine", address="203.0.113.9", port=22, external_port=22, protocol="TCP")
        bazaar.gateways.status = msgspec.structs.replace(RUNNING, ips=(ip,))
        machine = status(bazaar, bazaar.running(order).ref)
        assert (machine.address, machine.ssh_port) == ("203.0.113.9", 22)

    def test_a_forwarded_port_without_a_host_is_the_gateways_own(self, bazaar: Any, order: MachineOrder) -> None:
        (port,) = bazaar.gateways.status.forwarded_ports
        bazaar.gateways.status = msgspec.structs.replace(
            RUNNING, forwarded_ports=(msgspec.structs.replace(port, host=None),)
        )
        assert status(bazaar, bazaar.running(order).ref).address == "honest.example"

    def test_only_tcp_is_a_way_in_for_ssh(self, bazaar: Any, order: MachineOrder) -> None:
        (port,) = bazaar.gateways.status.forwarded_ports
        datagrams = msgspec.structs.replace(port, protocol="UDP", external_port=30_001)
        bazaar.gateways.status = msgspec.structs.replace(RUNNING, forwarded_ports=(datagrams, port))
        assert status(bazaar, bazaar.running(order).ref).ssh_port == 31_022

    def test_its_price_is_that_of_the_bid_and_not_the_ceiling(self, bazaar: Any, order: MachineOrder) -> None:
        machine = status(bazaar, bazaar.running(order, "4000").ref)
        assert machine.usd_per_hour == Decimal("2.4")

    def test_it_is_pending_until_all_of_it_runs(self, bazaar: Any, order: MachineOrder) -> None:
        bazaar.gateways.status = STARTING
        machine = status(bazaar, bazaar.running(order).ref)
        assert (machine.state, machine.address) == (MachineState.PENDING, None)

    def test_what_keeps_one_that_is_late_is_told_in_its_providers_words_made_fit_to_print(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        bazaar.gateways.status = STARTING
        pulling = Event(type="Normal", reason="Pulling", note="pulling", about="Pod/machine-0")
        failed = Event(type="Warning", reason="Failed", note="no such image\x1b[2J", about="Pod/machine-0")
        bazaar.gateways.events = [failed, pulling]
        made = bazaar.running(order)
        assert "no such image" not in status(bazaar, made.ref).note
        bazaar.chain.pass_time(timedelta(minutes=3))
        late = status(bazaar, made.ref)
        assert "starts it (Failed Pod/machine-0: no such image" in late.note
        assert late.note.isprintable()

    def test_one_that_forwards_no_ssh_runs_and_says_so(self, bazaar: Any, order: MachineOrder) -> None:
        bazaar.gateways.status = RUNNING
        machine = status(bazaar, bazaar.running(order).ref)
        assert (machine.state, machine.address) == (MachineState.RUNNING, None)
        assert "no SSH" in machine.note

    def test_where_its_services_answer_is_told_beside_the_way_in_by_ssh(self, bazaar: Any, order: MachineOrder) -> None:
        (ssh,) = bazaar.gateways.status.forwarded_ports
        game = msgspec.structs.replace(ssh, service="game", port=7777, external_port=30_777, protocol="UDP", host=None)
        mail = LeasedIp(service="mail", address="2001:db8::9", port=25, external_port=2525, protocol="TCP")
        web = Service(name="web", available=1, total=1, uris=("abc.ingress.example", "shop.example"))
        bazaar.gateways.status = LeaseStatus(services=(web,), forwarded_ports=(ssh, game), ips=(mail,))
        machine = status(bazaar, bazaar.running(order).ref)
        assert (machine.address, machine.ssh_port) == ("h100.example", 31_022)
        assert machine.urls == (
            "http://abc.ingress.example",
            "http://shop.example",
            "tcp [2001:db8::9]:2525",
            "udp honest.example:30777",
        )

    def test_nothing_answers_before_it_runs(self, bazaar: Any, order: MachineOrder) -> None:
        web = Service(name="web", available=0, total=1, uris=("shop.example",))
        bazaar.gateways.status = LeaseStatus(services=(web,))
        assert status(bazaar, bazaar.running(order).ref).urls == ()

    def test_one_that_has_not_got_its_manifest_says_so(self, bazaar: Any, order: MachineOrder) -> None:
        machine = status(bazaar, bazaar.sold(order).ref)
        assert machine.state is MachineState.PENDING
        assert "not been told" in machine.note


class TestMoney:
    def test_what_is_left_falls_with_every_block_and_the_hour_it_runs_dry_does_not_move(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.running(order, "4000")
        # 25,000,000 uact at 4000 a block are 6250 blocks of 6 s: 10 h 25 min.
        dry = bazaar.chain.now + timedelta(hours=10, minutes=25)
        assert status(bazaar, made.ref).paid_until == dry
        bazaar.chain.pass_time(timedelta(hours=5))
        later = status(bazaar, made.ref)
        assert later.paid_until == dry
        assert later.held_usd == Decimal(13)  # 25 - 5 h x 2.40

    def test_more_is_paid_so_that_it_lasts_and_no_more_than_that(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.running(order, "4000")
        until = bazaar.chain.now + timedelta(hours=20, minutes=25)
        assert bazaar.provider.top_up_usd(made.ref, until) == Decimal(24)  # ten hours more at 2.40
        assert bazaar.provider.top_up(made.ref, until).paid_until == until
        assert bazaar.provider.top_up_usd(made.ref, until) == 0

    def test_what_lasts_long_enough_is_not_paid_again(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.running(order)
        bazaar.provider.top_up(made.ref, bazaar.chain.now + timedelta(hours=1))
        assert "top_up" not in bazaar.chain.calls

    def test_a_payment_whose_answer_is_lost_is_not_made_twice(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.running(order)
        bazaar.chain.lose = "top_up"
        bazaar.provider.top_up(made.ref, bazaar.chain.now + timedelta(hours=20))
        bazaar.provider.top_up(made.ref, bazaar.chain.now + timedelta(hours=20))
        assert bazaar.chain.calls.count("top_up") == 1

    def test_a_payment_that_did_not_arrive_is_told(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.running(order)
        bazaar.chain.refuse["top_up"] = ProviderError("akash", Failure.UNKNOWN_OUTCOME, "gone silent")
        with pytest.raises(ProviderError):
            bazaar.provider.top_up(made.ref, bazaar.chain.now + timedelta(hours=20))

    def test_where_the_custody_pays_on_until_a_limit_that_is_when_it_ends_whatever_was_paid_ahead(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.running(order)  # paid for 10 h 25 min, to end after 10 h
        bazaar.chain.leash_hours = 4
        machine = status(bazaar, made.ref)
        assert (machine.paid_until, machine.limit_hours) == (bazaar.chain.now + timedelta(hours=4), 4)
        assert "the Console ends it at 2026-11-21T13:00:00Z (4 h), which topup moves" in machine.note
        bazaar.chain.leash_hours = 11
        machine = status(bazaar, made.ref)
        assert (machine.paid_until, machine.limit_hours) == (bazaar.chain.now + timedelta(hours=11), 11)
        assert "ends it" not in machine.note

    def test_a_custody_that_does_not_say_how_long_it_may_run_is_told_and_hides_no_machine(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.running(order)
        bazaar.chain.refuse["leash"] = ProviderError("akash", Failure.UNREACHABLE, "no route")
        machine = status(bazaar, made.ref)
        assert machine.state is MachineState.RUNNING
        assert "how long its custody lets it run is not known (no route)" in machine.note

    def test_a_top_up_lets_it_run_until_then_even_where_no_money_is_missing(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.running(order)
        bazaar.chain.pass_time(timedelta(hours=2))
        bazaar.chain.leash_hours = 4
        until = bazaar.chain.now + timedelta(hours=7)
        assert bazaar.provider.top_up(made.ref, until).paid_until == until  # nine hours from the lease's start
        assert bazaar.chain.leash_hours == 9
        assert "top_up" not in bazaar.chain.calls

    def test_what_the_custody_would_not_let_run_is_not_paid_for(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.running(order)
        bazaar.chain.refuse["let_run"] = ProviderError("akash", Failure.INVALID, "8760 hours at most")
        with pytest.raises(ProviderError, match="8760"):
            bazaar.provider.top_up(made.ref, bazaar.chain.now + timedelta(hours=20))
        assert "top_up" not in bazaar.chain.calls

    def test_an_open_order_needs_no_payment_and_a_closed_one_takes_none(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.provider.create(order)
        assert bazaar.provider.top_up_usd(made.ref, bazaar.chain.now + timedelta(hours=99)) == 0
        bazaar.provider.delete(made.ref)
        with pytest.raises(ProviderError, match="closed"):
            bazaar.provider.top_up(made.ref, bazaar.chain.now + timedelta(hours=99))

    def test_what_it_cost_is_what_left_its_escrow_and_stops_with_its_lease(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.running(order, "4000")
        bazaar.chain.pass_time(timedelta(hours=5))
        assert status(bazaar, made.ref).spent_usd == Decimal(12)  # 5 h x 2.40
        settled = {"transferred_uact": Decimal(13_000_000), "funds_uact": Decimal(12_000_000)}
        bazaar.chain.set_escrow(int(made.ref.id), **settled, settled_height=bazaar.chain.height())
        bazaar.chain.end_lease(int(made.ref.id), LeaseState.CLOSED)
        bazaar.chain.pass_time(timedelta(hours=5))
        assert status(bazaar, made.ref).spent_usd == Decimal(13)

    def test_an_order_that_nobody_took_has_cost_nothing(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.provider.create(order)
        bazaar.chain.pass_time(timedelta(hours=1))
        assert status(bazaar, made.ref).spent_usd == 0

    def test_more_than_was_put_in_is_never_spent(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.running(order, "4000")
        bazaar.chain.pass_time(timedelta(hours=50))
        assert status(bazaar, made.ref).spent_usd == Decimal(25)

    def test_where_the_chain_does_not_tell_what_left_it_that_is_not_known(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.running(order)
        bazaar.chain.set_escrow(int(made.ref.id), transferred_uact=None)
        assert status(bazaar, made.ref).spent_usd is None


class TestEnds:
    def test_a_lease_that_its_provider_ended_has_failed_and_the_deposit_is_still_held(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.running(order)
        bazaar.chain.end_lease(int(made.ref.id), LeaseState.CLOSED, reason="lease_closed_reason_unstable")
        machine = status(bazaar, made.ref)
        assert (machine.state, machine.usd_per_hour, machine.held_usd) == (MachineState.FAILED, 0, Decimal(25))
        assert "unstable" in machine.note
        assert "$25.00 comes back" in machine.note
        bazaar.provider.delete(made.ref)
        assert bazaar.provider.read(made.ref) is None

    def test_one_whose_deposit_ran_dry_is_gone_with_that_as_the_reason(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.running(order)
        dseq = int(made.ref.id)
        bazaar.chain.end_lease(dseq, LeaseState.INSUFFICIENT_FUNDS)
        bazaar.chain.set_escrow(dseq, funds_uact=Decimal(0), state="overdrawn")
        bazaar.chain.close(dseq)
        machine = status(bazaar, made.ref)
        assert machine.state is MachineState.GONE
        assert "ran dry" in machine.note
        assert list(bazaar.provider.ours()) == []

    def test_a_reclaim_is_told_with_its_hour_while_it_still_runs(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.running(order)
        when = bazaar.chain.now + timedelta(hours=24)
        bazaar.chain.end_lease(int(made.ref.id), LeaseState.RECLAIMING, reclaim_at=when)
        machine = status(bazaar, made.ref)
        assert machine.state is MachineState.RUNNING
        assert "takes it back at 2026-11-22T09:00:00Z" in machine.note

    def test_a_provider_that_is_dark_for_a_moment_is_asked_again(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.running(order)
        answers = iter([DARK, DARK, None])
        gateways = bazaar.gateways

        class Moody:
            def lease_status(self, lease: object) -> LeaseStatus:
                failure = next(answers)
                if failure:
                    raise failure
                return RUNNING

        gateways.open = lambda facts, dseq: Moody()
        fresh = bazaar.open()
        assert fresh.read(made.ref).state is MachineState.RUNNING

    def test_a_dark_provider_may_still_come_while_the_lease_is_young(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.running(order)
        bazaar.gateways.failure = DARK
        machine = status(bazaar, made.ref)
        assert machine.state is MachineState.PENDING
        assert "connection refused" in machine.note

    def test_a_provider_that_goes_dark_later_has_failed_and_what_it_costs_is_told(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.running(order)
        bazaar.chain.pass_time(timedelta(hours=1))
        bazaar.gateways.failure = DARK
        machine = status(bazaar, made.ref)
        assert (machine.state, machine.usd_per_hour) == (MachineState.FAILED, Decimal("2.4"))
        assert "bills on" in machine.note

    def test_lists_ask_no_provider(self, bazaar: Any, order: MachineOrder) -> None:
        bazaar.running(order)
        bazaar.gateways.failure = DARK
        bazaar.slept.clear()
        (seen,) = bazaar.open().ours()
        assert (seen.state, seen.usd_per_hour) == (MachineState.PENDING, Decimal("2.4"))
        assert not bazaar.slept

    def test_a_chain_that_cannot_be_asked_is_an_error_and_never_a_machine_that_is_gone(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.running(order)
        for call in ("deployment", "height"):
            bazaar.chain.refuse = {call: ProviderError("akash", Failure.UNREACHABLE, "no route")}
            with pytest.raises(ProviderError):
                bazaar.provider.read(made.ref)

    @pytest.mark.parametrize("fresh", [False, True], ids=["this process", "another process"])
    def test_a_market_that_cannot_be_asked_leaves_a_machine_that_is_seen_and_can_be_closed(
        self, bazaar: Any, order: MachineOrder, fresh: bool
    ) -> None:
        made = bazaar.running(order)
        if fresh:
            bazaar.provider = bazaar.open()
        bazaar.chain.refuse = {"leases": ProviderError("akash", Failure.INVALID, "answered 501")}
        listed = list(bazaar.provider.ours())
        for machine in (status(bazaar, made.ref), bazaar.provider.find(order.labels, order.offer), *listed):
            assert machine.state is MachineState.PENDING
            assert (machine.usd_per_hour, machine.held_usd, machine.paid_until) == (None, None, None)
            assert "not known (answered 501 [AMP-PROVIDER-INVALID])" in machine.note
        assert len(listed) == 1
        bazaar.provider.delete(made.ref)
        assert not any(row.active for row in bazaar.chain.deployments.values())

    def test_one_that_ran_dry_is_gone_whether_or_not_the_market_can_be_asked(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.running(order)
        bazaar.chain.set_escrow(int(made.ref.id), funds_uact=Decimal(0), state="overdrawn")
        bazaar.chain.close(int(made.ref.id))
        bazaar.chain.refuse = {"leases": ProviderError("akash", Failure.INVALID, "answered 501")}
        assert status(bazaar, made.ref).state is MachineState.GONE
