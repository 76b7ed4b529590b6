"""Machines that run under a new deployment's name and were made from another state: one approval would buy twice.

A plan's use is known where its state is. What another state made is only seen at the sellers.
"""

from collections.abc import Iterator
from pathlib import Path

from ..core.errors import UnexpectedChangeError
from ..planning.plan import Plan
from ..providers.base import Machine
from .desk import Desk
from .sweeping import sweep_places

SHOWN = 3
"""How many ids a refusal lists."""


def refuse_namesakes(desk: Desk, plan: Plan, sites: Path | None) -> tuple[str, ...]:
    """Raises `UnexpectedChangeError` where machines of the plan's name run in its places, made by another deployment.

    For a deployment without a record here. A seller that could not be asked comes back as a doubt.
    """
    offers = map(plan.offer_of, plan.machines)
    sellers = desk.sellers(str(sites) if sites else None)
    swept = sweep_places(sellers, offers, lambda labels: labels.deployment_name == plan.name)
    ended_here = desk.records.archived_uids(plan.name)
    others = [machine for machine in swept.machines if machine.labels and machine.labels.deployment not in ended_here]
    if others:
        raise UnexpectedChangeError(
            f"A deployment called {plan.name} runs already, and its state is not here",
            why=f"{'; '.join(_told(others))}: made from another state folder, here or elsewhere",
            fix="apply where its state is; or give the spec another `name`, then ampacity plan SPEC; "
            "or, where that state is lost, ampacity orphans",
            code="AMP-NAME-TAKEN",
        )
    return tuple(f"whether {plan.name} runs from another state is not known: {each}" for each in swept.problems)


def _told(machines: list[Machine]) -> Iterator[str]:
    """Where they run: each place with how many, and the first ids."""
    places: dict[tuple[str, str], list[str]] = {}
    for machine in machines:
        places.setdefault((machine.provider, machine.ref.region), []).append(machine.ref.id)
    for (seller, region), ids in sorted(places.items()):
        more = ", …" if len(ids) > SHOWN else ""
        yield f"{len(ids)} at {seller} {region} ({', '.join(sorted(ids)[:SHOWN])}{more})"
