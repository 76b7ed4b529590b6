"""What a definition says of an auction, whose bids are taken and at what price, is in the plan before it is signed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import msgspec
import pytest

from ampacity.cli import narrowing as room
from ampacity.cli.planfiles import SpecFiles, SpecText
from ampacity.core.contexts import Context, NamedContext, ProviderSettings
from ampacity.core.digests import digest_bytes
from ampacity.core.errors import UsageError
from ampacity.planning.plan import Action, Definition, FileRef
from ampacity.providers import table
from ampacity.providers.base import (
    Bidders,
    Claim,
    Failure,
    Gpu,
    Market,
    Offer,
    OfferQuery,
    PricePart,
    Provider,
    ProviderError,
    Skip,
)

REF = FileRef(path="job.yaml", digest=digest_bytes(b"job"))
TAKEN_BY_ALL = Definition(file=REF, providers=("hall", "shop"))


class Shop(Provider):
    """Takes definitions, which have no say of who sells."""

    name: ClassVar[str] = "shop"
    title: ClassVar[str] = "A shop"

    def offers(self, query: OfferQuery) -> Iterator[Offer | Skip]:
        yield from ()


class Hall(Shop):
    """A definition here is `AUDITOR PRICE`. It remembers what it was asked."""

    name: ClassVar[str] = "hall"
    asked: ClassVar[list[str]] = []

    def narrow_bidders(self, text: str, bidders: Bidders, *, where: str) -> Bidders:
        self.asked.append("bidders")
        if text.startswith("nobody"):
            raise UsageError(f"{where}:1: nobody could be both")
        return Bidders(regions=bidders.regions, audited_by=(text.partition(" ")[0],))

    def most_usd_per_hour(self, text: str) -> Decimal:
        self.asked.append("price")
        if text.endswith("?"):
            raise ProviderError("hall", Failure.UNREACHABLE, "it is closed")
        return Decimal(text.split()[1])


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> NamedContext:
    kinds: dict[str, type[Provider]] = {"hall": Hall, "shop": Shop}
    monkeypatch.setattr(Hall, "asked", [])
    monkeypatch.setattr(table, "provider_class", kinds.__getitem__)
    monkeypatch.setattr(table, "open_provider", lambda name, _context, **_: kinds[name]())
    providers = dict.fromkeys(kinds, ProviderSettings())
    return NamedContext(name="test", context=Context(providers=providers), file=Path("config.toml"))


def files(text: str) -> Any:
    return SimpleNamespace(definition=SpecText(path=Path("job.yaml"), text=text, ref=REF))


def offer(provider: str) -> Offer:
    return Offer(
        provider=provider,
        sku="box",
        region="here",
        market=Market.AUCTION,
        gpu=Gpu(model="H100", count=1, memory_gib=80),
        claim=Claim.LISTED,
        source="test",
        observed_at=datetime(2026, 11, 21, tzinfo=UTC),
        bidders=Bidders(regions=("us-*",)),
    )


def told(
    named: NamedContext,
    written: SpecFiles,
    ceiling: str = "2.20",
    action: Action = Action.ADD,
    names: tuple[str, ...] = ("m-1",),
) -> list[str]:
    """What is said of machines of the hall, which asks for $2.00, in a plan that lets them cost `ceiling`."""
    asked = msgspec.structs.replace(offer("hall"), price=(PricePart(name="all_in", usd_per_hour=Decimal(2)),))
    machines = [SimpleNamespace(name=name, action=action, offer=asked.id) for name in names]
    auctions = [SimpleNamespace(machine=name, ceiling_usd_per_hour=Decimal(ceiling)) for name in names]
    plan: Any = SimpleNamespace(machines=machines, auctions=auctions, offer_of=lambda _machine: asked)
    own = room.own_prices(named, [asked, asked, offer("shop")], TAKEN_BY_ALL, written)
    return list(room.prices(plan, own, [asked]))


def test_what_the_definition_demands_of_bidders_is_in_the_offer_that_is_planned(named: NamedContext) -> None:
    hall, shop = room.narrow(named, [offer("hall"), offer("shop")], TAKEN_BY_ALL, files("akash1a 1"))
    assert hall.bidders == Bidders(regions=("us-*",), audited_by=("akash1a",))
    assert shop == offer("shop")


def test_where_no_definition_is_taken_the_offers_are_as_they_were(named: NamedContext) -> None:
    assert room.narrow(named, [offer("hall")], None, files("akash1a 1")) == (offer("hall"),)
    others = Definition(file=REF, providers=("shop",))
    assert room.narrow(named, [offer("hall")], others, files("akash1a 1")) == (offer("hall"),)


def test_where_nobody_could_be_both_there_is_no_plan(named: NamedContext) -> None:
    with pytest.raises(UsageError, match=r"job\.yaml:1: nobody"):
        room.narrow(named, [offer("hall")], TAKEN_BY_ALL, files("nobody 1"))


def test_a_price_below_what_the_market_asks_says_that_it_may_be_that_nobody_bids(named: NamedContext) -> None:
    (line,) = told(named, files("akash1a 1.08"), ceiling="1.08")
    assert line == (
        "m-1: its own definition pays $1.0800 per hour at most, and bids are expected around $2.0000: "
        "it may be that nobody bids"
    )


def test_a_price_that_is_ordered_as_it_is_written_is_said_to_be_the_ceiling(named: NamedContext) -> None:
    (line,) = told(named, files("akash1a 2.10"), ceiling="2.10")
    assert line.endswith("pays $2.1000 per hour at most, which is the ceiling of its order: nobody can bid more")


def test_a_price_above_the_plans_is_told_as_brought_down(named: NamedContext) -> None:
    (line,) = told(named, files("akash1a 50"))
    assert line.endswith("pays $50.0000 per hour at most; the order is made at the $2.2000 that this plan allows")


def test_nothing_is_said_of_what_stays_and_of_what_cannot_be_asked(named: NamedContext) -> None:
    assert told(named, files("akash1a 1"), action=Action.KEEP) == []
    assert told(named, files("akash1a ?")) == []


def test_what_is_written_is_bid_to_the_last_of_it(named: NamedContext) -> None:
    offers = [offer("hall")]
    assert room.own_prices(named, offers, TAKEN_BY_ALL, files("a 1.0000001")) == {"hall": Decimal("1.000001")}
    assert room.own_prices(named, offers, None, files("a 1")) == {}


def test_a_seller_is_asked_once_and_the_same_of_several_machines_is_said_once(named: NamedContext) -> None:
    assert len(room.narrow(named, [offer("hall")] * 3, TAKEN_BY_ALL, files("akash1a 1"))) == 3
    assert Hall.asked == ["bidders"]
    (line,) = told(named, files("akash1a 1"), ceiling="1", names=("m-1", "m-2"))
    assert line.startswith("m-1..2: its own")
    assert Hall.asked == ["bidders", "price"]
