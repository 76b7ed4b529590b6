"""A seller by auction made for tests, on the toy cloud's file: orders hold money until they are closed.

It sees every call before and after its effect (`watch`), so that a test can end the process there.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import msgspec
from toy_seller import Cloud  # type: ignore[import-not-found]

from ampacity.providers.base import (
    Bid,
    Failure,
    Labels,
    Machine,
    MachineOrder,
    MachineRef,
    MachineState,
    Market,
    Offer,
    OfferQuery,
    Provider,
    ProviderError,
    Sale,
    Seat,
    Settlement,
    Skip,
    Stage,
)

DEPOSIT_USD = Decimal(5)
TABLES = """
create table if not exists lots (
  id integer primary key autoincrement, token text, labels text, open integer, stage text, bidder text,
  usd_per_hour text, bids_until text, told text, paid_until text,
  spent_usd text);
create table if not exists bidders (
  name text primary key, usd_per_hour text, allowed integer, why_not text, habit text);
"""
_STATES = {Stage.DELIVERED: MachineState.RUNNING, Stage.ENDED: MachineState.FAILED}


def _quiet(_moment: str) -> None:
    """Nobody watches."""


class Hall(Provider):
    name: ClassVar[str] = "hall"
    title: ClassVar[str] = "Toy auction hall"

    def __init__(self, cloud: Cloud, watch: Callable[[str], None] = _quiet) -> None:
        self.cloud = cloud
        self.watch = watch
        for statement in TABLES.split(";"):
            cloud.run(statement)

    # What tests arrange and look at

    def bidder(self, name: str, usd_per_hour: str, *, why_not: str = "", habit: str = "") -> None:
        """A bidder and its `habit`.

        Of an accept: `withdraws`, `lost-answer`, `lost-request`, `ends-at-once`; of a delivery: `refuses`, `gives-up`,
        `busy` (throttles), `locked`.
        """
        values = (name, usd_per_hour, not why_not, why_not, habit)
        self.cloud.run("insert or replace into bidders values (?, ?, ?, ?, ?)", *values)

    def open_orders(self) -> list[tuple[str, str | None]]:
        """Stage and bidder of everything that holds money."""
        rows = self.cloud.run("select stage, bidder from lots where open order by id")
        return [(str(stage), None if bidder is None else str(bidder)) for stage, bidder in rows]

    def orders(self) -> int:
        """How many were ever opened."""
        return int(str(self.cloud.run("select count(*) from lots")[0][0]))

    # The seller

    def offers(self, query: OfferQuery) -> Iterator[Offer | Skip]:
        yield from ()

    def create(self, order: MachineOrder) -> Machine:
        assert order.max_usd_per_hour is not None, "asked for an auction without a ceiling"
        self.watch("before create")
        for twin in self._machines("open and token = ?", order.labels.token):
            return twin
        until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=self.cloud.number("bid_seconds"))
        labels = msgspec.json.encode(order.labels).decode()
        query = "insert into lots (token, labels, open, stage, bids_until) values (?, ?, 1, 'bidding', ?)"
        self.cloud.run(query, order.labels.token, labels, until.isoformat())
        self.watch("after create")
        return next(self._machines("open and token = ?", order.labels.token))

    def read(self, ref: MachineRef) -> Machine | None:
        self.watch("before read")
        return next(self._machines("open and id = ?", ref.id), None)

    def find(self, labels: Labels, offer: Offer) -> Machine | None:
        self.watch("before find")
        return next(self._machines("open and token = ?", labels.token), None)

    def ours(self, regions: Sequence[str] = ()) -> Iterator[Machine]:
        yield from self._machines("open")

    def delete(self, ref: MachineRef) -> None:
        self.watch("before delete")
        if self.cloud.take("unreachable"):
            raise ProviderError(self.name, Failure.NONSENSE, "not JSON")
        self.cloud.run("update lots set open = 0 where id = ?", ref.id)
        self.watch("after delete")

    def sale(self, ref: MachineRef) -> Sale:
        self.watch("before sale")
        stage, bidder, until = self.cloud.run("select stage, bidder, bids_until from lots where id = ?", ref.id)[0]
        if self.cloud.take("lag"):
            stage, bidder = "bidding", None
        who = None if bidder is None else str(bidder)
        return Sale(stage=Stage(str(stage)), bidder=who, bids_until=datetime.fromisoformat(str(until)))

    def bids(self, ref: MachineRef, order: MachineOrder) -> Iterator[Bid]:
        self.watch("before bids")
        for name, price, allowed, why_not, _ in self.cloud.run("select * from bidders"):
            yield Bid(
                id=f"{ref.id}/{name}",
                bidder=str(name),
                usd_per_hour=Decimal(str(price)),
                allowed=bool(allowed),
                why_not=str(why_not),
            )

    def accept(self, ref: MachineRef, order: MachineOrder, bid: Bid) -> None:
        self.watch("before accept")
        habit = self._habit(bid.bidder)
        if habit == "lost-request":
            raise ProviderError(self.name, Failure.UNKNOWN_OUTCOME, "connection lost")
        if habit == "withdraws":
            raise ProviderError(self.name, Failure.CAPACITY_GLOBAL, "bid not open")
        (stage,) = self.cloud.run("select stage from lots where id = ?", ref.id)[0]
        if stage != "bidding":
            raise ProviderError(self.name, Failure.CAPACITY_GLOBAL, "order not open")
        query = "update lots set stage = 'taken', bidder = ?, usd_per_hour = ? where id = ?"
        self.cloud.run(query, bid.bidder, str(bid.usd_per_hour), ref.id)
        self.watch("after accept")
        if habit == "ends-at-once":
            self.cloud.run("update lots set stage = 'ended' where id = ?", ref.id)
        if habit in {"lost-answer", "ends-at-once"}:
            raise ProviderError(self.name, Failure.UNKNOWN_OUTCOME, "connection lost")

    def deliver(self, ref: MachineRef, order: MachineOrder) -> None:
        self.watch("before deliver")
        (bidder,) = self.cloud.run("select bidder from lots where id = ?", ref.id)[0]
        habit = self._habit(str(bidder))
        if habit == "refuses":
            raise ProviderError(self.name, Failure.INVALID, "manifest version validation failed")
        if habit == "busy":
            raise ProviderError(self.name, Failure.THROTTLED, "come back later")
        if habit == "locked":
            raise ProviderError(self.name, Failure.AUTH, "the token is not ours")
        stage = "ended" if habit == "gives-up" else "delivered"
        told = order.definition or order.user_data
        self.cloud.run("update lots set stage = ?, told = ? where id = ?", stage, told, ref.id)
        self.watch("after deliver")

    # Money paid ahead

    def top_up(self, ref: MachineRef, until: datetime) -> Machine:
        if self.cloud.take("broke"):
            raise ProviderError(self.name, Failure.BILLING, "the wallet is empty")
        if self.top_up_usd(ref, until):
            self.cloud.run("update lots set paid_until = ? where id = ?", until.isoformat(), ref.id)
        return next(self._machines("id = ?", ref.id))

    def top_up_usd(self, ref: MachineRef, until: datetime) -> Decimal:
        machine = next(self._machines("id = ?", ref.id))
        if machine.paid_until is None or machine.usd_per_hour is None:
            return Decimal(0)
        hours = Decimal(max(0.0, (until - machine.paid_until).total_seconds())) / 3600
        return machine.usd_per_hour * hours

    def deposit_usd(self, max_usd_per_hour: Decimal, hours: Decimal | None) -> Decimal:
        return max(DEPOSIT_USD, max_usd_per_hour * (24 if hours is None else hours))

    def settlement(self, ref: MachineRef) -> Settlement | None:
        if self.cloud.take("silent"):
            raise ProviderError(self.name, Failure.NONSENSE, "not JSON")
        ((is_open, spent),) = self.cloud.run("select open, spent_usd from lots where id = ?", ref.id)
        assert not is_open, "asked what one that runs has cost in the end"
        return None if spent is None else Settlement(spent_usd=Decimal(str(spent)))

    def _habit(self, bidder: str) -> str:
        return str(self.cloud.run("select habit from bidders where name = ?", bidder)[0][0])

    def _machines(self, where: str, *values: object) -> Iterator[Machine]:
        query = f"select id, labels, stage, usd_per_hour, paid_until from lots where {where}"
        for made, labels, stage, price, paid_until in self.cloud.run(query, *values):
            state = _STATES.get(Stage(str(stage)), MachineState.PENDING)
            yield Machine(
                provider=self.name,
                ref=MachineRef(id=str(made), region="hall-1"),
                state=state,
                sku="toy-8",
                market=Market.AUCTION,
                labels=msgspec.json.decode(str(labels), type=Labels),
                address="127.0.0.1" if state is MachineState.RUNNING else None,
                ssh_user="toy",
                usd_per_hour=Decimal(0 if price is None else str(price)),
                held_usd=DEPOSIT_USD,
                paid_until=None if paid_until is None else datetime.fromisoformat(str(paid_until)),
            )


PROVIDER = Hall


def open_provider(seat: Seat) -> Hall:
    return Hall(Cloud(Path(seat.settings.options["file"])))
