"""Offers from the stand-in: which, at what price, and what happens when a part of the seller fails."""

import json
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from typing import Protocol

import msgspec
import pytest

from ampacity.core.contexts import ProviderSettings
from ampacity.core.errors import AuthError, UsageError
from ampacity.providers.aws import open_provider
from ampacity.providers.aws.provider import Aws
from ampacity.providers.base import (
    CAPABILITIES,
    Claim,
    Failure,
    Market,
    Offer,
    OfferQuery,
    ProviderError,
    Seat,
    Skip,
    capability,
)
from ampacity.sandbox.faults import FaultKind

pytestmark = pytest.mark.moto

H100 = OfferQuery(gpu_models=("H100",))


class Account(Protocol):
    seat: Seat
    seller: Aws

    def open(self, **settings: object) -> Aws: ...
    def fault(self, kind: FaultKind, machine: str | None = None) -> None: ...
    def offers(self, query: OfferQuery | None = None) -> list[Offer]: ...
    def skips(self, query: OfferQuery | None = None) -> list[Skip]: ...
    def offer(self, sku: str = ..., market: Market = ...) -> Offer: ...


def test_it_sells_machines_and_knows_spot_history_and_nothing_else(account: Account) -> None:
    able = {word for word, kind in CAPABILITIES.items() if capability(account.seller, kind) is not None}
    assert able == {"provision", "spot-history"}


def test_on_demand_is_one_offer_for_the_region_at_the_list_price(account: Account) -> None:
    (offer,) = account.offers(OfferQuery(gpu_models=("H200",), markets=(Market.ON_DEMAND,), disk_gib=730))
    # $63.296 of compute on 2026-10-10, 730 GiB x $0.08 / 730 h = $0.08, address $0.005
    assert offer.usd_per_hour == Decimal("63.381")
    assert (offer.sku, offer.zone, offer.claim) == ("p5en.48xlarge", None, Claim.OFFERED)
    assert offer.source == "pricing.GetProducts"
    assert offer.expires_at == offer.observed_at + timedelta(hours=24)


def test_spot_is_one_offer_for_each_zone_that_has_it(account: Account) -> None:
    offers = account.offers(OfferQuery(gpu_models=("H200",), markets=(Market.SPOT,)))
    assert sorted(offer.zone or "" for offer in offers) == ["us-east-1a", "us-east-1c"]
    assert {offer.source for offer in offers} == {"ec2.DescribeSpotPriceHistory"}
    assert all(offer.expires_at == offer.observed_at + timedelta(minutes=15) for offer in offers)


def test_only_the_gpu_that_was_asked_for_is_offered(account: Account) -> None:
    assert {offer.sku for offer in account.offers(H100)} == {"p5.48xlarge", "p5.4xlarge"}
    assert account.offers(OfferQuery(gpu_models=("No Such GPU",))) == []


def test_regions_are_globs_over_those_of_the_context(account: Account) -> None:
    seller = account.open(regions=("us-east-1", "us-west-2", "ap-northeast-1"))
    query = OfferQuery(gpu_models=("H100",), markets=(Market.ON_DEMAND,), regions=("us-*",))
    regions = {row.region for row in seller.offers(query) if isinstance(row, Offer)}
    assert regions == {"us-east-1", "us-west-2"}


def test_a_region_that_cannot_be_asked_is_one_line_and_the_others_stay(account: Account) -> None:
    rows = list(account.open(regions=("us-east-1", "xx-nowhere-1")).offers(H100))
    (skip,) = (row for row in rows if isinstance(row, Skip))
    assert skip.what == "xx-nowhere-1"
    assert any(isinstance(row, Offer) for row in rows)


def test_a_price_list_that_answers_nonsense_leaves_the_spot_offers(account: Account) -> None:
    list(account.seller.offers(H100))  # so that the next answers are the price list's and the spot prices'
    seller = account.open()
    client = seller._clients.pricing()
    client.get_paginator = lambda _name: Broken()
    rows = list(seller.offers(H100))
    assert {row.market for row in rows if isinstance(row, Offer)} == {Market.SPOT}
    skips = [row for row in rows if isinstance(row, Skip)]
    assert {skip.what for skip in skips} == {"pricing.GetProducts"}
    assert {skip.kind for skip in skips} == {"nonsense"}


class Broken:
    """A price list with a row that is free of charge."""

    def paginate(self, *, Filters: list[dict[str, str]], **_: object) -> list[dict[str, list[str]]]:  # noqa: N803
        attributes = {row["Field"]: row["Value"] for row in Filters} | {"regionCode": "us-east-1"}
        dimension = {"unit": "Hrs", "pricePerUnit": {"USD": "0.0000000000"}}
        terms = {"OnDemand": {"T": {"priceDimensions": {"D": dimension}}}}
        return [{"PriceList": [json.dumps({"product": {"attributes": attributes}, "terms": terms})]}]


def test_a_price_that_moved_is_seen_by_the_next_search(account: Account) -> None:
    before = account.offer("p5.48xlarge")
    account.fault(FaultKind.PRICE_MOVED)
    after = account.offer("p5.48xlarge")
    assert before.price[0].usd_per_hour == Decimal("55.04")
    assert after.price[0].usd_per_hour == Decimal("71.552")  # 30 % more


def test_one_throttled_call_is_nobodys_trouble(account: Account) -> None:
    account.fault(FaultKind.THROTTLE)
    assert account.offers(H100)


def test_spot_history_is_all_in_and_oldest_first(account: Account) -> None:
    offer = account.offer("p5.4xlarge", Market.SPOT)
    history = list(account.seller.spot_history(offer, offer.observed_at - timedelta(days=3)))
    assert len(history) == 4  # the price in force at the start, and one for each midnight since
    assert history == sorted(history)
    assert history[-1][1] == offer.usd_per_hour


@pytest.mark.parametrize(
    "change",
    [{"options": {"zone": "a"}}, {"options": {"profil": "me"}}, {"endpoint": "http://example.com"}],
)
def test_a_setting_that_is_not_known_is_refused_at_once(account: Account, change: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        account.open(**change)


def test_half_a_key_is_refused(aws_seat: Seat) -> None:
    with pytest.raises(UsageError) as caught:
        open_provider(msgspec.structs.replace(aws_seat, secrets={"access_key_id": "AKIAEXAMPLE"}))
    assert "AKIAEXAMPLE" not in str(caught.value)


def test_a_profile_that_is_not_there_is_an_authentication_failure(aws_seat: Seat) -> None:
    settings = ProviderSettings(options={"profile": "no-such-profile-here"}, regions=("us-east-1",))
    seller = open_provider(msgspec.structs.replace(aws_seat, settings=settings))
    with pytest.raises(AuthError) as caught:
        list(seller.offers(H100))
    assert isinstance(caught.value, ProviderError)
    assert caught.value.kind is Failure.AUTH


def test_the_seller_can_be_opened_without_loading_its_library() -> None:
    code = "import sys, ampacity.providers.aws; sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
