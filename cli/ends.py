"""When a plan's machines end, in words: what it sets, and what it leaves as it is. Alike in plan, text and question."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..core.clock import rfc3339
from ..planning.plan import Action, Plan
from .terms import ending, endless


def ends(plan: Plan, *, after: str, never: str) -> str:
    """`96 h after apply; 2 of 6 earlier, the first at …`: `after` follows the number, `never` is where nothing ends.

    A plan that changes nothing moves no end: then the ends are those that there are.
    """
    kept = kept_ends(plan)
    if kept and not plan.spends:
        last = max(kept)
        return f"{rfc3339(last)}, as before{ending(plan)}{_others(plan, kept, last)}"
    if plan.ttl_hours is None:
        return endless(plan) or never
    end = plan.created_at + timedelta(hours=float(plan.ttl_hours))
    return f"{plan.ttl_hours} {after}{ending(plan)}{_others(plan, kept, end)}"


def kept_ends(plan: Plan) -> list[datetime]:
    """The ends of machines that stay as they are, which the plan does not move."""
    there = {machine.name: machine.ends_at for machine in plan.base.machines}
    kept = (there.get(machine.name) for machine in plan.machines if machine.action is Action.KEEP)
    return [end for end in kept if end is not None]


def _others(plan: Plan, kept: list[datetime], end: datetime) -> str:
    """`; 10 of 16 earlier, the first at …`: who ends at another time than `end`."""
    return "".join(_parts(len(plan.machines), kept, end))


def _parts(machines: int, kept: list[datetime], end: datetime) -> Iterator[str]:
    early, late = [at for at in kept if at < end], [at for at in kept if at > end]
    if early:
        yield f"; {len(early)} of {machines} earlier, the first at {rfc3339(min(early))}"
    if late:
        yield f"; {len(late)} of {machines} later, the last at {rfc3339(max(late))}"
