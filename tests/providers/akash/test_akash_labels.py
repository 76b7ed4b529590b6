"""Labels ride in a group's name, on a chain, for ever."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.core.digests import digest_bytes
from ampacity.providers.akash.labels import Marks, read_marks, write_marks
from ampacity.providers.base import (
    Claim,
    Gpu,
    Labels,
    MachineOrder,
    Market,
    Offer,
    PricePart,
    ProviderError,
    Token,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
OFFER = Offer(
    provider="akash",
    sku="h100-80gi-sxm5",
    region="global",
    market=Market.AUCTION,
    gpu=Gpu(model="H100", count=1, memory_gib=80),
    claim=Claim.LISTED,
    source="test",
    observed_at=NOW,
    price=(PricePart(name="all_in", usd_per_hour=Decimal(2)),),
)

names = st.from_regex(r"[a-z][a-z0-9-]{0,38}[a-z0-9]", fullmatch=True)
ids = st.binary(min_size=16, max_size=16).map(bytes.hex)
ends = st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)


@st.composite
def orders(draw: st.DrawFn) -> MachineOrder:
    labels = Labels(
        deployment=draw(ids),
        deployment_name=draw(names),
        machine=f"{draw(names)}-7",
        plan=digest_bytes(draw(st.binary(max_size=4))),
        token=Token(draw(ids)),
    )
    return MachineOrder(labels=labels, offer=OFFER, image="default", disk_gib=10, ends_at=draw(ends))


@given(orders())
def test_what_is_written_is_read_again(order: MachineOrder) -> None:
    marks = read_marks(write_marks(order))
    assert marks is not None
    assert (marks.labels, marks.sku, marks.ends_at) == (order.labels, OFFER.sku, order.ends_at)


@given(orders())
def test_a_name_is_short_and_holds_only_letters_digits_dashes_and_dots(order: MachineOrder) -> None:
    assert re.fullmatch(r"[a-z0-9.-]{1,255}", write_marks(order))


@given(st.text(max_size=40) | st.from_regex(r"ampacity1(\.[a-z0-9]{1,9}){3,6}", fullmatch=True))
def test_a_name_of_another_is_not_ours(name: str) -> None:
    assert read_marks(name) is None


@given(orders(), st.integers(0, 254), st.sampled_from("az09-."))
def test_a_damaged_name_is_not_taken_for_another_of_the_same_length(order: MachineOrder, at: int, letter: str) -> None:
    name = write_marks(order)
    damaged = name[:at] + letter + name[at + 1 :]
    marks = read_marks(damaged)
    assert marks is None or write_marks(_as(order, marks)) == damaged


def _as(order: MachineOrder, marks: Marks) -> MachineOrder:
    offer = msgspec.structs.replace(order.offer, sku=marks.sku)
    return msgspec.structs.replace(order, labels=marks.labels, offer=offer, ends_at=marks.ends_at)


def test_a_name_that_the_chain_would_keep_for_ever_is_not_cut_short() -> None:
    labels = Labels(
        deployment="ab" * 16,
        deployment_name="n" * 120,
        machine="m" * 60,
        plan=digest_bytes(b""),
        token=Token("cd" * 16),
    )
    with pytest.raises(ProviderError) as caught:
        write_marks(MachineOrder(labels=labels, offer=OFFER, image="default", disk_gib=10))
    assert caught.value.definite
    assert "shorter" in caught.value.fix
