"""An offer's arithmetic and identity."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ampacity.providers.base import Claim, Gpu, Market, Offer, PricePart

OFFER = Offer(
    provider="lambda",
    sku="gpu_8x_h100_sxm5",
    region="us-east-1",
    market=Market.ON_DEMAND,
    gpu=Gpu(model="H100", count=8, memory_gib=80),
    claim=Claim.AVAILABLE,
    source="a test",
    observed_at=datetime(2026, 11, 21, tzinfo=UTC),
    price=(PricePart(name="compute", usd_per_hour=Decimal("31.92")),),
)
prices = st.decimals(Decimal(0), Decimal(1000), places=4)


def test_a_node_price_is_shared_by_its_gpus() -> None:
    assert OFFER.usd_per_gpu_hour == Decimal("3.99")


def test_an_offer_without_parts_has_no_price_rather_than_none_to_pay() -> None:
    unknown = msgspec.structs.replace(OFFER, price=())
    assert unknown.usd_per_hour is None
    assert unknown.usd_per_gpu_hour is None


@given(st.lists(prices, min_size=1, max_size=4))
def test_the_price_is_all_its_parts(amounts: list[Decimal]) -> None:
    parts = tuple(PricePart(name=f"part{at}", usd_per_hour=amount) for at, amount in enumerate(amounts))
    assert msgspec.structs.replace(OFFER, price=parts).usd_per_hour == sum(amounts)


@given(prices, st.datetimes(timezones=st.just(UTC)), st.sampled_from(Claim))
def test_price_claim_and_time_do_not_make_another_offer(price: Decimal, when: datetime, claim: Claim) -> None:
    seen_again = msgspec.structs.replace(
        OFFER, price=(PricePart(name="compute", usd_per_hour=price),), observed_at=when, claim=claim
    )
    assert seen_again.id == OFFER.id


def test_region_zone_type_market_and_seller_each_make_another_offer() -> None:
    changes: list[dict[str, object]] = [
        {"region": "us-west-1"},
        {"zone": "a"},
        {"sku": "gpu_1x_h100_pcie"},
        {"market": Market.SPOT},
        {"provider": "own"},
    ]
    ids = {msgspec.structs.replace(OFFER, **change).id for change in changes}
    assert len(ids | {OFFER.id}) == len(changes) + 1
