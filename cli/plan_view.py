"""A plan for people: the changes with money on both sides, the totals, what binds, what was ruled out."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import typer

from ..core.clock import rfc3339
from ..core.digests import Digest
from ..core.money import show_most_usd, show_usd, total
from ..core.words import count
from ..planning.costs import plan_costs
from ..planning.plan import Action, Binding, Plan, PlannedMachine, RemovedMachine
from ..providers.base import Offer
from .ends import ends, kept_ends
from .naming import span
from .tables import Column, draw, pairs
from .terms import choice, locked, with_so_far, worst_case


def plan_rows(plan: Plan) -> list[dict[str, Any]]:
    """One flat row a machine, for CSV."""
    after = plan_costs(plan)
    kept = [
        {
            "change": machine.action.name.lower(),
            "machine": machine.name,
            "provider": offer.provider,
            "region": offer.zone or offer.region,
            "sku": offer.sku,
            "market": offer.market,
            "usd_per_hour_before": machine.usd_per_hour_before,
            "usd_per_hour_after": after[machine.name].usd_per_hour,
            "reason": machine.reason,
        }
        for machine in plan.machines
        for offer in [plan.offer_of(machine)]
    ]
    gone = [
        {
            "change": "remove",
            "machine": machine.name,
            "provider": machine.provider,
            "region": None,
            "sku": machine.sku,
            "market": None,
            "usd_per_hour_before": machine.usd_per_hour,
            "usd_per_hour_after": Decimal(0),
            "reason": machine.reason,
        }
        for machine in plan.removed
    ]
    return [*kept, *gone]


def show_plan(plan: Plan, digest: Digest) -> None:
    """Draw the whole plan on stdout."""
    columns = [
        Column("", keep=True),
        Column("MACHINES"),
        Column("PROVIDER", keep=True),
        Column("REGION"),
        Column("TYPE"),
        Column("MARKET", keep=True),
        Column("$/H NOW", figures=True),
        Column("$/H THEN", figures=True),
    ]
    draw(columns, [*_changes(plan), *_removals(plan)], title=f"Plan for {plan.name} ({plan.workload})")
    pairs(_totals(plan))
    for line in _note_lines(plan):
        typer.echo(line)
    typer.echo(f"{digest}")


def summary(plan: Plan) -> str:
    """`3 to add, 1 to keep, 2 to remove`: only what is not zero."""
    counts = [(sum(machine.action is action for machine in plan.machines), word) for action, word in _WORDS]
    counts.append((len(plan.removed), "to remove"))
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing to do"


_WORDS = [
    (Action.ADD, "to add"),
    (Action.CHANGE, "to change"),
    (Action.REPLACE, "to replace"),
    (Action.KEEP, "to keep"),
]


def _changes(plan: Plan) -> list[list[str]]:
    rows: dict[tuple[str, str, str], list[PlannedMachine]] = {}
    for machine in plan.machines:
        rows.setdefault((machine.action.value, machine.offer, machine.reason), []).append(machine)
    costing = plan_costs(plan)
    return [
        _change_row(plan.offer_of(alike[0]), alike, total(costing[machine.name].usd_per_hour for machine in alike))
        for alike in rows.values()
    ]


def _change_row(offer: Offer, alike: list[PlannedMachine], after: Decimal) -> list[str]:
    """One row for machines of one offer, with one action for one reason."""
    first = alike[0]
    known = [machine.usd_per_hour_before for machine in alike if machine.usd_per_hour_before is not None]
    title = span([machine.name for machine in alike]) + (f" ({first.reason})" if first.reason else "")
    return [
        first.action.value,
        title,
        offer.provider,
        offer.zone or offer.region,
        offer.sku,
        offer.market.value.replace("_", "-"),
        show_usd(sum(known, Decimal(0))) if known else "-",
        show_usd(after),
    ]


def _removals(plan: Plan) -> list[list[str]]:
    groups: dict[tuple[str, str, str], list[RemovedMachine]] = {}
    for machine in plan.removed:
        groups.setdefault((machine.provider, machine.sku, machine.reason), []).append(machine)
    return [_removal_row(*key, gone) for key, gone in groups.items()]


def _removal_row(provider: str, sku: str, reason: str, gone: list[RemovedMachine]) -> list[str]:
    prices = [machine.usd_per_hour for machine in gone]
    known = [price for price in prices if price is not None]
    now = show_usd(sum(known, Decimal(0)) if len(known) == len(prices) else None)
    return [Action.REMOVE.value, f"{span([each.name for each in gone])} ({reason})", provider, "", sku, "", now, "-"]


def _totals(plan: Plan) -> list[tuple[str, str]]:
    money = plan.totals
    return [
        ("changes", summary(plan)),
        ("capacity", f"{count(money.gpus, 'GPU')} on {count(money.nodes, 'node')}"),
        (
            "price",
            f"{show_usd(money.usd_per_hour_before)} → {show_usd(money.usd_per_hour_after)} per hour, "
            f"{show_usd(money.usd_per_gpu_hour, places=3)} per GPU-hour",
        ),
        ("expected", _expected(plan)),
        ("ceiling", f"{show_most_usd(money.ceiling_usd_per_hour)} per hour; apply refuses above it"),
        ("worst case", worst_case(plan) or "unbounded: no end"),
        *(("locks", line) for line in locked(plan)),
        *(("takes", line) for line in choice(plan)),
        *_images(plan),
        ("ends", ends(plan, after="h after apply", never="never: bills until `ampacity destroy`")),
        ("solver", f"{plan.solution.solver}, {plan.solution.status}, gap {plan.solution.gap}"),
        ("valid until", rfc3339(plan.expires_at)),
    ]


def _expected(plan: Plan) -> str:
    """The money of the hours that the spec asks for; what ends before they are over costs until then."""
    usd, kept = plan.totals.expected_usd, kept_ends(plan)
    cut = any(end < plan.created_at + timedelta(hours=float(plan.hours)) for end in kept)
    over = f"in {plan.hours} h" + (" from now, of kept machines until they end" if cut else "")
    return f"{show_usd(usd)} {over}{with_so_far(plan, usd)}"


def _images(plan: Plan) -> Iterator[tuple[str, str]]:
    """What machines are made from, where a spec names it."""
    if plan.images:
        yield "image", ", ".join(f"{image} at {seller}" for seller, image in plan.images.items())


def _binding(limit: Binding) -> str:
    """`30.6 of 34.5 kW`; what is not used at all binds by being too little for one node."""
    if not limit.used:
        return f"{limit.allowed} {limit.unit} left, too little for one node" if limit.allowed else "none left"
    return f"{limit.used} of {limit.allowed} {limit.unit}"


def _note_lines(plan: Plan) -> Iterator[str]:
    for limit in plan.binding:
        yield f"binds: {limit.limit}: {_binding(limit)}"
    if plan.excluded:
        rules = ", ".join(f"{each.rule} {each.offers}" for each in plan.excluded)
        yield f"ruled out: {rules}"
    for warning in plan.warnings:
        yield f"warning: {warning}"
