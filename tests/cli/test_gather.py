"""Asking sellers: one that is down, slow or talks nonsense never hides the others."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from time import sleep
from typing import Any, ClassVar

import pytest

from ampacity.cli import gather as room
from ampacity.core.contexts import Context, NamedContext, ProviderSettings
from ampacity.core.errors import UsageError
from ampacity.providers.base import (
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


def offer(provider: str, usd_per_hour: str | None) -> Offer:
    return Offer(
        provider=provider,
        sku="box",
        region="here",
        market=Market.ON_DEMAND,
        gpu=Gpu(model="H100", count=8, memory_gib=80),
        claim=Claim.OFFERED,
        source="test",
        observed_at=datetime(2026, 11, 21, tzinfo=UTC),
        price=(PricePart(name="compute", usd_per_hour=Decimal(usd_per_hour)),) if usd_per_hour else (),
    )


class Good(Provider):
    name: ClassVar[str] = "good"
    title: ClassVar[str] = "Good"

    def offers(self, query: OfferQuery) -> Iterator[Offer | Skip]:
        yield offer("good", None)
        yield offer("good", "24")


class Down(Good):
    def offers(self, query: OfferQuery) -> Iterator[Offer | Skip]:
        raise ProviderError("down", Failure.UNREACHABLE, "connection refused")


class Broken(Good):
    def offers(self, query: OfferQuery) -> Iterator[Offer | Skip]:
        raise KeyError("price")


class Slow(Good):
    def offers(self, query: OfferQuery) -> Iterator[Offer | Skip]:
        sleep(0.5)
        yield offer("slow", "1")


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> NamedContext:
    kinds = {"good": Good, "down": Down, "broken": Broken, "slow": Slow}

    def opened(name: str, context: Context, **_: Any) -> Provider:
        return kinds[name]()

    monkeypatch.setattr(room, "open_provider", opened)
    monkeypatch.setattr(room, "GRACE_SECONDS", 0.0)
    settings = ProviderSettings(timeout_seconds=0.1)
    return NamedContext(
        name="test", context=Context(providers=dict.fromkeys(kinds, settings)), file=Path("config.toml")
    )


def test_the_good_seller_is_heard_and_each_bad_one_is_named_once(named: NamedContext) -> None:
    found = room.gather(named, OfferQuery())

    assert [(each.provider, each.usd_per_hour) for each in found.offers] == [("good", Decimal(24)), ("good", None)]
    assert sorted(error.code for error in found.errors) == [
        "AMP-PROVIDER-BUG",
        "AMP-PROVIDER-SLOW",
        "AMP-PROVIDER-UNREACHABLE",
    ]


def test_a_seller_that_the_context_does_not_have_is_a_usage_error(named: NamedContext) -> None:
    with pytest.raises(UsageError, match="has no provider 'azure'"):
        room.gather(named, OfferQuery(), only=("azure",))


@pytest.mark.parametrize("terminal", [True, False])
def test_whom_it_waits_for_is_said_to_a_person_and_not_to_a_log(
    named: NamedContext, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: bool
) -> None:
    monkeypatch.setattr(room, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    room.gather(named, OfferQuery(), only=("good", "slow"))
    assert capsys.readouterr().err == ("waiting for slow …\n" if terminal else "")
