"""The provider over the stand-in's chain, Console and gateways, by both custodies."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from ampacity.core.clock import rfc3339
from ampacity.core.contexts import Context, ProviderSettings
from ampacity.core.secrets import SecretRef
from ampacity.providers.akash.addresses import address_of
from ampacity.providers.akash.chain.failures import OtherVersionError
from ampacity.providers.akash.chain.keys import signer_of_words
from ampacity.providers.akash.chain.rest import Rest
from ampacity.providers.base import (
    Bid,
    Failure,
    Machine,
    MachineOrder,
    MachineState,
    Offer,
    OfferQuery,
    ProviderError,
    Stage,
    choose_bid,
)
from ampacity.providers.table import open_provider
from ampacity.sandbox.akash import bank
from ampacity.sandbox.akash.app import Application
from ampacity.sandbox.akash.console import create_console
from ampacity.sandbox.akash.funding import fund_listed
from ampacity.sandbox.akash.gateway import Gateways
from ampacity.sandbox.akash.market import Market
from ampacity.sandbox.akash.settings import settings_from
from ampacity.sandbox.akash.stock import load_stock
from ampacity.sandbox.faults import FaultKind, Faults
from ampacity.sandbox.serve import make_server

T = TypeVar("T")

WORDS = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
BLOCK_SECONDS = 0.1
MARKET_TO_COME = {"module": "market", "version": "v2beta1"}


def soon(ask: Callable[[], T], good: Callable[[T], Any] = bool) -> T:
    """What `ask` gives once it is good."""
    until = time.monotonic() + 15
    while not good(answer := ask()):
        assert time.monotonic() < until, f"still {answer}"
        time.sleep(0.05)
    return answer


class Town:
    """The stand-in on this computer, with a clock that can be put forward, and one account on it."""

    def __init__(self, folder: Path, custody: str) -> None:
        self.folder = folder
        self.faults = Faults(folder)
        self._late = timedelta(0)
        settings = msgspec.structs.replace(settings_from(), ready_seconds=0.1)
        (folder / "words").write_text(WORDS)
        (folder / "words").chmod(0o600)
        self.own_address = address_of(signer_of_words(WORDS).public_key)
        (folder / "funded").write_text(self.own_address)
        self.market = Market(
            folder, self.faults, load_stock(), block_seconds=BLOCK_SECONDS, clock=lambda: self._now().timestamp()
        )
        fund_listed(self.market, folder)
        gateways = Gateways(self.market, folder, ready_seconds=settings.ready_seconds)
        console = create_console(self.market, folder, settings)
        self._app = Application(self.market, console, self.faults, settings, gateways)
        self._server = make_server(self._app, 0)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.custody = custody
        self.provider = self.open()

    def open(self, **options: str) -> Any:
        """The provider, as a fresh process would open it."""
        endpoint = f"http://127.0.0.1:{self._server.port}"
        managed = {"api_key": SecretRef(file=self.folder / "api_key")}
        own = {"mnemonic": SecretRef(file=self.folder / "words")}
        settings = ProviderSettings(
            endpoint=endpoint,
            options={"console": endpoint, "bid_seconds": "1"} | options,
            secrets={"managed": managed, "own": own}.get(self.custody, {}),
            timeout_seconds=5,
        )
        context = Context(providers={"akash": settings}, loopback=True)
        return open_provider("akash", context, environment={}, clock=lambda: self._now().replace(microsecond=0))

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._app.close()

    def pass_time(self, duration: timedelta) -> None:
        self._late += duration

    @property
    def now(self) -> datetime:
        return self._now().replace(microsecond=0)

    @property
    def open_deployments(self) -> int:
        """Deployments that hold money, as the stand-in's own books have it."""
        return sum(row.state == "active" for row in self.market.read().deployments.values())

    @property
    def balance_usd(self) -> Decimal:
        """What the account has outside of its deployments, by the stand-in's own books."""
        owner = self.provider._desk.ledger.owner()
        return Decimal(self.market.read().account(owner).balances["uact"]) / 1_000_000

    def bids(self, made: Machine, order: MachineOrder, *, least: int = 5) -> dict[str, Bid]:
        """The bids by their bidders' names in the stand-in's catalogue, once so many are in."""
        self.pass_time(timedelta(seconds=2))  # most bid after one
        names = {bidder.address: bidder.name for bidder in self.market.stock.bidders}
        bids = soon(lambda: list(self.provider.bids(made.ref, order)), lambda found: len(found) >= least)
        return {names[bid.bidder]: bid for bid in bids}

    def sell(self, order: MachineOrder, bidder: str = "plain") -> Machine:
        """Opened and leased to `bidder`."""
        made: Machine = self.provider.create(order)
        self.provider.accept(made.ref, order, self.bids(made, order)[bidder])
        return made

    def run(self, order: MachineOrder, bidder: str = "plain") -> Machine:
        """Sold, delivered, up."""
        made = self.sell(order, bidder)
        self.provider.deliver(made.ref, order)
        up: Machine = soon(lambda: self.provider.read(made.ref), lambda found: found.state is MachineState.RUNNING)
        return up

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._late


@pytest.fixture(params=["managed", "own"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path, request.param)
    yield made
    made.close()


@pytest.fixture
def wanted(town: Town, order: MachineOrder) -> MachineOrder:
    """One H100 for six hours, at 3.50 USD an hour at most, by the stand-in's own offer."""
    return wanted_now(town, order)


def wanted_now(town: Town, order: MachineOrder) -> MachineOrder:
    offers = [row for row in town.provider.offers(OfferQuery(disk_gib=100)) if isinstance(row, Offer)]
    offer = next(row for row in offers if row.gpu.model == "H100")
    return msgspec.structs.replace(
        order, offer=offer, ends_at=town.now + timedelta(hours=6), max_usd_per_hour=Decimal("3.5")
    )


class TestTheAccountThatPays:
    def test_it_is_named_with_what_it_holds_and_lacks_nothing(self, town: Town) -> None:
        account = town.provider.account()
        assert account.name == town.provider._desk.ledger.owner()
        held = {each.unit: each.amount for each in account.holds}
        if town.custody == "own":
            assert held == {"ACT": Decimal(1000), "AKT": Decimal(100)}
        else:
            assert set(held) == {"ACT"}  # the Console pays the fees
        assert (account.lack, account.fix) == ("", "")

    def test_a_wallet_without_fees_or_money_is_told_what_to_send_and_where(self, town: Town) -> None:
        if town.custody != "own":
            pytest.skip("the Console's account is its own")
        with town.market.change() as state:
            bank.credit(state, town.own_address, "uakt", -99_970_001)
            bank.credit(state, town.own_address, "uact", -999_500_001)
        account = town.provider.account()
        assert account.lack == "the least deposit is 0.5 ACT; fees of one machine take about 0.03 AKT"
        assert account.fix == f"send what is missing to {town.own_address}, then ampacity doctor"

    def test_where_no_account_is_named_that_is_said_and_nobody_is_asked(self, town: Town) -> None:
        town.custody = "none"
        account = town.open().account()
        assert (account.name, account.holds) == ("", ())
        assert "secrets.api_key" in account.fix


class TestFromOrderToMachine:
    def test_the_cheapest_honest_bid_becomes_a_machine_and_what_is_not_used_comes_back(
        self, town: Town, wanted: MachineOrder
    ) -> None:
        before = town.balance_usd
        made = town.provider.create(wanted)
        assert Decimal("20.99") < made.held_usd <= Decimal(21)  # six hours at the ceiling, and some seconds have passed
        assert before - town.balance_usd == made.held_usd
        bids = town.bids(made, wanted)
        chosen = choose_bid(bids.values(), Decimal("3.5"))
        assert chosen == bids["plain"]
        town.provider.accept(made.ref, wanted, chosen)
        town.provider.deliver(made.ref, wanted)
        up = soon(lambda: town.provider.read(made.ref), lambda found: found.state is MachineState.RUNNING)
        assert (up.address, up.ssh_user) == ("provider.plain.invalid", "root")
        assert up.ssh_port != 22
        assert round(up.usd_per_hour, 3) == Decimal("2.615")

        town.pass_time(timedelta(hours=1))
        town.provider.delete(made.ref)
        assert town.provider.read(made.ref) is None
        assert town.open_deployments == 0
        assert abs(before - town.balance_usd - Decimal("2.615")) < Decimal("0.05")  # one hour of it

    def test_the_price_is_told_by_the_block_time_of_the_chain_and_not_by_a_constant(
        self, town: Town, wanted: MachineOrder
    ) -> None:
        made = town.provider.create(wanted)
        bid = town.bids(made, wanted)["plain"]
        block = town.provider._desk.ledger.block_time()
        assert abs(block.seconds - Decimal(str(BLOCK_SECONDS))) < Decimal("0.001")
        assert bid.usd_per_hour is not None
        assert abs(bid.usd_per_hour - Decimal("2.615")) < Decimal("0.03")

    def test_a_liar_and_a_bid_in_other_money_are_refused_though_they_are_cheaper(
        self, town: Town, wanted: MachineOrder
    ) -> None:
        bids = town.bids(town.provider.create(wanted), wanted)
        assert "rtx4090" in bids["liar"].why_not
        assert "ibc/" in bids["foreign"].why_not
        assert {name for name, bid in bids.items() if bid.allowed} == {"plain", "dearer", "deaf"}

    def test_an_audit_that_is_asked_for_keeps_the_unaudited_from_bidding_at_all(
        self, town: Town, order: MachineOrder
    ) -> None:
        town.provider = town.open(audited_by=town.market.stock.auditor)
        wanted = wanted_now(town, order)
        bids = town.bids(town.provider.create(wanted), wanted, least=4)
        assert "liar" not in bids
        assert bids["plain"].allowed

    def test_hours_beyond_the_first_step_of_the_console_are_run_and_no_more(
        self, town: Town, wanted: MachineOrder
    ) -> None:
        made = town.run(msgspec.structs.replace(wanted, ends_at=town.now + timedelta(hours=60)))
        assert "ends it" not in made.note
        if town.custody == "managed":
            (hours,) = town.market.read().limits.values()
            assert hours == 60
        until = town.now + timedelta(hours=120)
        assert town.provider.top_up(made.ref, until).paid_until >= until - timedelta(seconds=10)
        town.pass_time(timedelta(hours=119))
        assert town.open_deployments == 1
        town.pass_time(timedelta(hours=60))
        assert town.open_deployments == 0

    def test_time_is_paid_for_and_no_more(self, town: Town, wanted: MachineOrder) -> None:
        made = town.run(wanted)
        until = town.now + timedelta(hours=30)
        told = town.provider.top_up_usd(made.ref, until)
        before = town.balance_usd
        later = town.provider.top_up(made.ref, until)
        assert abs(before - town.balance_usd - told) < Decimal("0.01")
        assert abs(later.paid_until - until) < timedelta(seconds=10)


class TestInterrupted:
    def test_between_order_and_bid_a_fresh_process_goes_on(self, town: Town, wanted: MachineOrder) -> None:
        made = town.provider.create(wanted)
        town.provider = town.open()
        assert town.provider.find(wanted.labels, wanted.offer).ref == made.ref
        assert town.provider.sale(made.ref).stage is Stage.BIDDING
        town.provider.accept(made.ref, wanted, town.bids(made, wanted)["plain"])
        assert town.provider.sale(made.ref).stage is Stage.TAKEN

    def test_between_lease_and_manifest_a_fresh_process_delivers_the_same_bytes(
        self, town: Town, wanted: MachineOrder
    ) -> None:
        made = town.sell(wanted)
        fresh = town.open()
        assert fresh.sale(made.ref).stage is Stage.TAKEN
        fresh.deliver(made.ref, wanted)
        assert fresh.sale(made.ref).stage is Stage.DELIVERED

    def test_what_stands_anywhere_on_the_way_is_seen_and_closed_with_its_deposit_back(
        self, town: Town, wanted: MachineOrder
    ) -> None:
        before = town.balance_usd
        town.sell(wanted)
        fresh = town.open()
        for machine in fresh.ours():
            fresh.delete(machine.ref)
        assert town.open_deployments == 0
        assert before - town.balance_usd < Decimal("0.05")

    def test_an_order_whose_answer_is_lost_is_opened_once(self, town: Town, wanted: MachineOrder) -> None:
        town.faults.inject(FaultKind.TIMEOUT_AFTER_CREATE)
        made = town.provider.create(wanted)
        assert town.open().create(wanted).ref == made.ref
        assert town.open_deployments == 1


class TestWhatGoesWrong:
    def test_no_bids_leave_an_order_whose_deposit_comes_back_whole(self, town: Town, wanted: MachineOrder) -> None:
        before = town.balance_usd
        town.faults.inject(FaultKind.CAPACITY)
        made = town.provider.create(wanted)
        town.pass_time(timedelta(seconds=30))
        assert list(town.provider.bids(made.ref, wanted)) == []
        town.provider.delete(made.ref)
        assert town.balance_usd == before

    def test_nobody_bids_above_the_ceiling_since_it_is_the_orders_own_price(
        self, town: Town, wanted: MachineOrder
    ) -> None:
        low = msgspec.structs.replace(wanted, max_usd_per_hour=Decimal("2.8"))
        bids = town.bids(town.provider.create(low), low, least=4)
        assert "dearer" not in bids
        assert all(bid.usd_per_hour <= Decimal("2.8") for bid in bids.values() if bid.usd_per_hour is not None)

    def test_a_withdrawn_bid_is_a_capacity_that_is_gone_and_the_next_can_be_taken(
        self, town: Town, wanted: MachineOrder
    ) -> None:
        made = town.provider.create(wanted)
        bids = town.bids(made, wanted)
        plain = next(bid for bid in town.market.read().bids.values() if bid.id.provider == bids["plain"].bidder)
        town.market.close_bid(plain.id)
        with pytest.raises(ProviderError) as caught:
            town.provider.accept(made.ref, wanted, bids["plain"])
        assert caught.value.kind is Failure.CAPACITY_GLOBAL
        town.provider.accept(made.ref, wanted, bids["dearer"])
        assert town.provider.sale(made.ref).bidder == bids["dearer"].bidder

    def test_a_provider_that_takes_no_manifest_is_named_and_closing_gives_the_deposit_back(
        self, town: Town, wanted: MachineOrder
    ) -> None:
        before = town.balance_usd
        made = town.sell(wanted, "deaf")
        with pytest.raises(ProviderError) as caught:
            town.provider.deliver(made.ref, wanted)
        assert caught.value.fix
        town.provider.delete(made.ref)
        assert town.open_deployments == 0
        assert before - town.balance_usd < Decimal("0.05")

    def test_another_manifest_than_the_one_on_the_chain_is_never_sent(self, town: Town, wanted: MachineOrder) -> None:
        made = town.sell(wanted)
        other = msgspec.structs.replace(wanted, image="ghcr.io/me/other:1")
        with pytest.raises(ProviderError, match="hash on the chain"):
            town.provider.deliver(made.ref, other)
        assert town.provider.sale(made.ref).stage is Stage.TAKEN

    def test_a_lease_that_its_provider_ends_has_failed_and_the_rest_of_its_deposit_comes_back(
        self, town: Town, wanted: MachineOrder
    ) -> None:
        before = town.balance_usd
        made = town.run(wanted)
        town.faults.inject(FaultKind.PREEMPT, machine=made.ref.id)
        dead = soon(lambda: town.provider.read(made.ref), lambda found: found.state is MachineState.FAILED)
        assert "decommission" in dead.note
        assert dead.held_usd is not None
        assert dead.held_usd > Decimal("20.9")
        assert dead.spent_usd is not None
        assert dead.spent_usd > 0
        assert made.held_usd is not None
        assert made.spent_usd is not None
        assert dead.held_usd + dead.spent_usd == made.held_usd + made.spent_usd  # all that was put in
        town.provider.delete(made.ref)
        assert before - town.balance_usd < Decimal("0.05")

    def test_a_provider_that_gives_notice_still_runs_it_and_the_hour_is_told(
        self, town: Town, wanted: MachineOrder
    ) -> None:
        made = town.provider.create(wanted)
        chosen = town.bids(made, wanted)["dearer"]
        with town.market.change() as state:  # a provider may promise a notice that nobody asked for
            for key, bid in state.bids.items():
                state.bids[key] = msgspec.structs.replace(bid, window_seconds=3600)
        town.provider.accept(made.ref, wanted, chosen)
        town.provider.deliver(made.ref, wanted)
        town.faults.inject(FaultKind.PREEMPT, machine=made.ref.id)
        told = soon(lambda: town.provider.read(made.ref), lambda found: "takes it back at" in found.note)
        assert told.state is not MachineState.FAILED
        told = soon(lambda: town.provider.read(made.ref), lambda found: found.state is MachineState.RUNNING)
        assert abs(told.taken_back_at - town.now - timedelta(hours=1)) < timedelta(minutes=1)
        assert rfc3339(told.taken_back_at) in told.note

    def test_an_escrow_that_ran_dry_is_a_machine_that_is_gone_for_that_reason(
        self, town: Town, wanted: MachineOrder
    ) -> None:
        made = town.run(wanted)
        with town.market.change() as state:
            state.limits.clear()  # the Console's own limit ends it sooner, since the bid was below the ceiling
        made = town.provider.read(made.ref)
        town.pass_time(made.paid_until - town.now + timedelta(minutes=5))
        gone = town.open().read(made.ref)
        assert gone is not None
        assert (gone.state, gone.held_usd) == (MachineState.GONE, 0)
        assert "ran dry" in gone.note
        assert town.open_deployments == 0

    @pytest.mark.parametrize("at", ["discovery/v1/info", "market/v1beta5/leases/list"])
    def test_a_chain_of_another_version_is_told_before_anything_is_opened(
        self, town: Town, wanted: MachineOrder, monkeypatch: pytest.MonkeyPatch, at: str
    ) -> None:
        real = Rest._ask

        def other(rest: Rest, method: str, path: str, kind: Any, **more: Any) -> Any:
            if not path.endswith(at):
                return real(rest, method, path, kind, **more)
            if "leases" in at:
                raise OtherVersionError(f"{path} is answered 501")
            return msgspec.convert({"info": {"supported_versions": [{"modules": [MARKET_TO_COME]}]}}, kind)

        monkeypatch.setattr(Rest, "_ask", other)
        with pytest.raises(ProviderError) as caught:
            town.provider.create(wanted)
        assert caught.value.code == "AMP-AKASH-VERSION"
        assert town.open_deployments == 0

    def test_an_account_that_cannot_pay_is_told_before_anything_is_opened(
        self, town: Town, wanted: MachineOrder
    ) -> None:
        years = msgspec.structs.replace(wanted, ends_at=town.now + timedelta(days=3650))
        with pytest.raises(ProviderError) as caught:
            town.provider.create(years)
        assert caught.value.kind is Failure.BILLING
        assert town.open_deployments == 0

    def test_no_key_is_in_the_plan_the_labels_or_an_error(self, town: Town, wanted: MachineOrder) -> None:
        town.provider.create(wanted)
        (row,) = town.market.read().deployments.values()
        key = (town.folder / "api_key").read_text().strip()
        text = repr(town.provider) + repr(town.provider._settings) + repr(row) + repr(wanted)
        assert key not in text
        assert "abandon" not in text
