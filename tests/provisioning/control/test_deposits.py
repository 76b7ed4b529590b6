"""What is locked when a plan is applied is the plan's own figure: more, or what nobody says, is refused."""

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from ampacity.core.errors import PolicyError, ResourceError
from ampacity.planning.plan import Auction, Plan, Prepaid
from ampacity.planning.prepaid import Quote
from ampacity.providers.base import BidRule, Market, Offer
from ampacity.provisioning.baseline import base_state
from ampacity.provisioning.deposits import deposits, refuse_deposits

Plans = Callable[..., Plan]


@pytest.fixture
def offer(offer: Offer) -> Offer:
    return msgspec.structs.replace(offer, provider="hall", market=Market.AUCTION, indication=True)


@pytest.fixture
def plan(plan_of: Plans) -> Plan:
    """Two machines of the hall, for 96 h at $0.01 and at $25.00 an hour."""
    auctions = tuple(
        Auction(machine=name, ceiling_usd_per_hour=Decimal(usd), rule=BidRule.CHEAPEST_ALLOWED)
        for name, usd in (("node-0", "0.01"), ("node-1", "25"))
    )
    return plan_of(("node-0", "node-1"), base_state(None, []), auctions=auctions)


def desk(opens: Callable[[str, str | None], Any]) -> Any:
    return SimpleNamespace(open=opens)


def told(usd: str | None, why: str = "") -> Quote:
    return Quote(machine="node-0", provider="hall", usd=None if usd is None else Decimal(usd), why=why)


def planned(plan: Plan, usd: str | None) -> Plan:
    said = Prepaid(machine="node-0", deposit_usd=None if usd is None else Decimal(usd))
    return msgspec.structs.replace(plan, prepaid=(said,))


def test_each_machine_that_is_made_is_asked_for_with_its_own_ceiling(plan: Plan, hall: Any) -> None:
    asked = deposits(desk(lambda _name, _sites: hall), plan, None)
    # The hall's least is $5.00: above 96 x 0.01, below 96 x 25.
    assert [(each.machine, each.usd) for each in asked] == [("node-0", Decimal(5)), ("node-1", Decimal(2400))]


def test_a_seller_that_cannot_say_is_told_for_each_of_its_machines(plan: Plan) -> None:
    def down(_name: str, _sites: str | None) -> Any:
        raise ResourceError("the hall is closed")

    asked = deposits(desk(down), plan, None)
    assert [(each.machine, each.usd) for each in asked] == [("node-0", None), ("node-1", None)]
    assert "the hall is closed" in asked[0].why


@pytest.mark.parametrize("usd", ["5", "4.99"])
def test_what_was_planned_or_less_may_be_locked(plan: Plan, usd: str) -> None:
    refuse_deposits(planned(plan, "5"), [told(usd)])


@pytest.mark.parametrize(
    ("said", "quote", "code", "why"),
    [
        ("5", told("5.01"), "AMP-DEPOSIT-CEILING", "$5.01 now, $5.00 planned"),
        ("5", told(None, "the hall is closed"), "AMP-DEPOSIT-UNKNOWN", "the hall is closed"),
        (None, told("5"), "AMP-DEPOSIT-UNKNOWN", "nobody approved it"),
    ],
)
def test_more_or_what_nobody_says_is_refused(plan: Plan, said: str | None, quote: Quote, code: str, why: str) -> None:
    with pytest.raises(PolicyError) as refused:
        refuse_deposits(planned(plan, said), [quote])
    assert refused.value.code == code
    assert why in refused.value.why


def test_a_seller_that_pays_on_by_itself_is_asked_until_when(plan: Plan, hall: Any) -> None:
    hall.limit_hours = lambda _usd, hours: hours + 1
    asked = deposits(desk(lambda _name, _sites: hall), plan, None)
    assert [each.limit_hours for each in asked] == [97, 97]


def test_one_that_would_pay_on_for_longer_than_the_plan_says_is_refused(plan: Plan) -> None:
    longer = msgspec.structs.replace(told("5"), limit_hours=Decimal(97))
    said = Prepaid(machine="node-0", deposit_usd=Decimal(5), limit_hours=Decimal(97))
    refuse_deposits(msgspec.structs.replace(plan, prepaid=(said,)), [longer])
    with pytest.raises(PolicyError) as refused:
        refuse_deposits(planned(plan, "5"), [longer])
    assert (refused.value.code, refused.value.why) == ("AMP-DEPOSIT-CEILING", "97 h now, none planned")


def test_the_way_on_is_the_sellers_own_where_it_told_one(plan: Plan) -> None:
    silent = Quote(machine="node-0", provider="toy", usd=None, why="another version", fix="take a newer ampacity")
    with pytest.raises(PolicyError) as refused:
        refuse_deposits(planned(plan, None), [silent])
    assert refused.value.fix == "take a newer ampacity; then ampacity plan SPEC"


def test_why_a_seller_cannot_say_it_is_told_by_the_code_of_its_own_error(plan: Plan) -> None:
    def closed(_name: str, _sites: str | None) -> Any:
        raise ResourceError("the hall is closed", code="AMP-HALL-CLOSED")

    with pytest.raises(PolicyError) as refused:
        refuse_deposits(plan, deposits(desk(closed), plan, None))
    assert refused.value.code == "AMP-HALL-CLOSED"
    assert refused.value.what == "What hall locks for node-0 is not known"


def test_a_deposit_of_which_the_plan_says_nothing_is_refused(plan: Plan) -> None:
    with pytest.raises(PolicyError) as refused:
        refuse_deposits(plan, [told("5")])
    assert refused.value.code == "AMP-DEPOSIT-UNKNOWN"
