"""Laws of every plan, against an oracle that knows the rules but neither the model nor the solver."""

import random
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.planning.build import InfeasibleError, build_plan
from ampacity.planning.highs import Highs
from ampacity.planning.plan import Action, Plan
from ampacity.planning.planfile import decode_plan, encode_plan
from ampacity.planning.spec import Spec
from ampacity.providers.base import Market, Offer, PowerDraw, PowerLimit

LAW = settings(max_examples=100, deadline=None)
FEEDS = ("rack", "site")


class Case(NamedTuple):
    """A small instance: offers as keywords of the `offer` fixture, machines that run by offer."""

    need: int
    share: str
    budget: str | None
    total: str | None
    sellers: int | None
    offers: tuple[dict[str, Any], ...]
    running: tuple[int, ...]
    free_kw: dict[str, str]
    rebalance: bool


PRICES = st.integers(0, 4000).map(lambda cents: f"{Decimal(cents) / 100}") | st.sampled_from(["5", "10", "20"])


@st.composite
def offer_fields(draw: st.DrawFn, at: int) -> dict[str, Any]:
    power = None
    if draw(st.booleans()):
        feeds = FEEDS[: draw(st.integers(1, 2))]
        power = PowerDraw(feeds=feeds, node_kw=Decimal(draw(st.sampled_from(["5.1", "10.2", "0.7"]))))
    return {
        "sku": f"sku-{at}",
        "provider": draw(st.sampled_from(["north", "south", "west"])),
        "gpus": draw(st.sampled_from([1, 2, 4, 8])),
        "usd": draw(PRICES),
        "market": draw(st.sampled_from([Market.ON_DEMAND, Market.SPOT])),
        "max_nodes": draw(st.integers(0, 3)),
        "power": power,
    }


@st.composite
def cases(draw: st.DrawFn, *, with_running: bool) -> Case:
    many = draw(st.integers(1, 4))
    return Case(
        need=draw(st.integers(1, 14)),
        share=draw(st.sampled_from(["0", "0.25", "0.5", "1"])),
        budget=draw(st.none() | st.integers(1, 120).map(str)),
        total=draw(st.none() | st.integers(1, 12_000).map(str)),
        sellers=draw(st.none() | st.integers(1, 2)),
        offers=tuple(draw(offer_fields(at)) for at in range(many)),
        running=tuple(draw(st.integers(0, 2)) if with_running else 0 for _ in range(many)),
        free_kw={feed: draw(st.sampled_from(["0", "5.1", "10.3", "30.6"])) for feed in FEEDS},
        rebalance=draw(st.booleans()) if with_running else False,
    )


def spec_of(case: Case, spec: Callable[..., Spec]) -> Spec:
    budget = {"usd_per_hour": case.budget, "usd_total": case.total}
    return spec(
        gpu={"models": ["H100"], "count": case.need},
        market={"allow": ["on_demand", "spot"], "max_spot_share": float(case.share)},
        placement={"max_providers": case.sellers},
        budget={key: usd for key, usd in budget.items() if usd is not None},
    )


def possible(case: Case) -> Iterator[tuple[int, ...]]:
    """Every choice of nodes that keeps every rule, straight from the words of the spec."""
    caps = [fields["max_nodes"] + runs for fields, runs in zip(case.offers, case.running, strict=True)]
    sizes = [fields["gpus"] for fields, cap in zip(case.offers, caps, strict=True) if cap]
    for nodes in product(*(range(cap + 1) for cap in caps)):
        # A whole node too much is never bought, not even to make room for a running spot machine.
        wasteful = gpus_of(case, nodes) >= case.need + max(sizes, default=1)
        if keeps_every_rule(case, nodes) and not wasteful:
            yield nodes


def keeps_every_rule(case: Case, nodes: Sequence[int]) -> bool:
    pairs = list(zip(case.offers, nodes, strict=True))
    gpus = gpus_of(case, nodes)
    spot = sum(fields["gpus"] * many for fields, many in pairs if fields["market"] is Market.SPOT)
    usd = price(case, nodes)
    return (
        gpus >= case.need
        and spot <= Fraction(case.share) * gpus
        and (case.budget is None or usd <= Decimal(case.budget))
        and (case.total is None or usd * 72 <= Decimal(case.total))
        and (case.sellers is None or len({fields["provider"] for fields, many in pairs if many}) <= case.sellers)
        and all(drawn(case, nodes, feed) <= carried(case, feed) for feed in FEEDS)
    )


def price(case: Case, nodes: Sequence[int]) -> Decimal:
    return sum((Decimal(fields["usd"]) * many for fields, many in zip(case.offers, nodes, strict=True)), Decimal(0))


def drawn(case: Case, nodes: Sequence[int], feed: str) -> Decimal:
    return sum(
        (
            fields["power"].node_kw * many
            for fields, many in zip(case.offers, nodes, strict=True)
            if fields["power"] and feed in fields["power"].feeds
        ),
        Decimal(0),
    )


def carried(case: Case, feed: str) -> Decimal:
    """What is free, and what the machines that run draw already."""
    return Decimal(case.free_kw[feed]) + drawn(case, case.running, feed)


def gpus_of(case: Case, nodes: Sequence[int]) -> int:
    return sum(fields["gpus"] * many for fields, many in zip(case.offers, nodes, strict=True))


def short_of(case: Case, nodes: Sequence[int]) -> int:
    """How much of the need is not met by machines that go on."""
    going = [min(many, runs) for many, runs in zip(nodes, case.running, strict=True)]
    return 0 if case.rebalance else max(0, case.need - gpus_of(case, going))


def request_of(case: Case, makers: Any) -> Any:
    offers = [makers.offer(**fields) for fields in case.offers]
    machines = [
        makers.running(f"train-{at}{number}", offer)
        for at, offer in enumerate(offers)
        for number in range(case.running[at])
    ]
    limits = tuple(PowerLimit(feed=feed, free_kw=Decimal(kw), basis="test") for feed, kw in case.free_kw.items())
    return makers.request_for(
        spec_of(case, makers.spec),
        offers,
        base=makers.base_of(*machines),
        limits=limits,
        rebalance=case.rebalance,
    )


def nodes_of(plan: Plan, offers: Sequence[Offer]) -> tuple[int, ...]:
    bought = [plan.offer_of(machine).key for machine in plan.machines]
    return tuple(bought.count(offer.key) for offer in offers)


def rows_before(plan: Plan) -> Decimal:
    """What the rows of a plan say that runs now, one by one."""
    rows = [machine.usd_per_hour_before or Decimal(0) for machine in plan.machines]
    return sum([*rows, *(gone.usd_per_hour or Decimal(0) for gone in plan.removed)], Decimal(0))


def check_against_counting(case: Case, makers: Any) -> None:
    request = request_of(case, makers)
    every = list(possible(case))
    try:
        plan = build_plan(request, Highs())
    except InfeasibleError:
        assert every == []
        return
    nodes = nodes_of(plan, request.offers)
    assert keeps_every_rule(case, nodes)

    def wish(one: Sequence[int]) -> tuple[int, Decimal, int]:
        return short_of(case, one), price(case, one), sum(one)

    assert wish(nodes) == min(wish(one) for one in every)
    assert plan.totals.usd_per_hour_after == price(case, nodes)
    assert plan.totals.usd_per_hour_before == price(case, case.running) == rows_before(plan)


@LAW
@given(case=cases(with_running=False))
def test_a_plan_keeps_every_rule_and_no_other_is_cheaper(case: Case, makers: Any) -> None:
    check_against_counting(case, makers)


@LAW
@given(case=cases(with_running=True))
def test_machines_that_run_go_on_as_far_as_they_are_needed_and_the_rest_is_cheapest(case: Case, makers: Any) -> None:
    check_against_counting(case, makers)


@LAW
@given(case=cases(with_running=True), dice=st.randoms(use_true_random=False))
def test_the_order_of_offers_has_no_influence_on_a_single_byte(case: Case, dice: random.Random, makers: Any) -> None:
    request = request_of(case, makers)
    turned = list(request.offers)
    dice.shuffle(turned)
    assert outcome(request) == outcome(msgspec.structs.replace(request, offers=turned))


def outcome(request: Any) -> bytes | str:
    try:
        return encode_plan(build_plan(request, Highs()))
    except InfeasibleError as error:
        return f"{error}"


@LAW
@given(case=cases(with_running=True))
def test_every_machine_that_runs_is_accounted_for_and_the_file_is_read_back(case: Case, makers: Any) -> None:
    request = request_of(case, makers)
    try:
        plan = build_plan(request, Highs())
    except InfeasibleError:
        return
    kept = {machine.name for machine in plan.machines if machine.action is not Action.ADD}
    gone = {machine.name for machine in plan.removed}
    assert kept | gone == {machine.name for machine in request.base.machines}
    assert not kept & gone
    assert decode_plan(encode_plan(plan), name="a plan") == plan
