"""What a person must know beside the figures, in a fixed order."""

from collections.abc import Iterator, Sequence

from ..core.clock import rfc3339
from ..core.money import show_usd
from .assign import NO_ROOM, Assignment
from .choose import Choice
from .plan import Action, PlannedMachine, Totals
from .problem import Problem, Slot
from .running import Fate, Running
from .spec import Spec


def warnings(
    spec: Spec,
    problem: Problem,
    *,
    running: Sequence[Running],
    assignment: Assignment,
    totals: Totals,
    choice: Choice,
) -> tuple[str, ...]:
    """Every remark on a plan, the costliest first."""
    return (
        *_money(spec, totals),
        *replacements(assignment.machines),
        *_ends(spec, running, assignment),
        *_unpriced(running),
        *_fit(problem, assignment),
        *_offers(problem, assignment.machines),
        *_solver(choice),
    )


def replacements(machines: Sequence[PlannedMachine]) -> tuple[str, ...]:
    """What replacing takes away first, for whoever plans, signs or confirms; nothing where none is replaced."""
    number = sum(machine.action is Action.REPLACE for machine in machines)
    if not number:
        return ()
    return (f"{_machines(number)} replaced: ends the old machine first, then makes the new, which may fail",)


def _money(spec: Spec, totals: Totals) -> Iterator[str]:
    if spec.end_hours is None:
        yield f"no end: bills until `ampacity destroy {spec.name}`"
    elif spec.budget.usd_total is not None and (totals.worst_case_usd or 0) > spec.budget.usd_total:
        worst, budget = show_usd(totals.worst_case_usd), show_usd(spec.budget.usd_total)
        yield f"if prices rise to the ceiling and it runs to its end it costs {worst}, above the budget of {budget}"


def _ends(spec: Spec, running: Sequence[Running], assignment: Assignment) -> Iterator[str]:
    kept = {machine.name for machine in assignment.machines if machine.action is Action.KEEP}
    timed = [one.machine for one in running if one.machine.name in kept and one.machine.self_ending]
    ends = [machine.ends_at for machine in timed if machine.ends_at is not None]
    moved = len(kept) - len(timed)
    changes = len(kept) < len(assignment.machines) or assignment.removed
    if moved and changes and spec.end_hours is not None:
        yield f"{_machines(moved)} kept with a new end, {spec.end_hours} h after apply, as everything of this plan"
    if ends:
        yield f"{_machines(len(timed))} kept with a timer that cannot be moved; the first ends at {rfc3339(min(ends))}"


def _unpriced(running: Sequence[Running]) -> Iterator[str]:
    unknown = [one for one in running if one.fate is not Fate.GONE and one.machine.offer.usd_per_hour is None]
    if unknown:
        yield f"{_machines(len(unknown))} running at a price that is not known, and not counted in what runs now"


def _fit(problem: Problem, assignment: Assignment) -> Iterator[str]:
    crowded = [machine for machine in assignment.removed if machine.reason == NO_ROOM]
    if crowded:
        yield f"{_machines(len(crowded))} not kept, because the limits leave no room for it beside the rest"
    for feed in problem.feeds:
        if not feed.reported:
            yield f"nobody says what is free on power feed {feed.name}, so nothing new is placed on it"


def _offers(problem: Problem, machines: Sequence[PlannedMachine]) -> Iterator[str]:
    slots = {slot.offer.id: slot for slot in problem.slots}
    chosen = [slots[machine.offer] for machine in machines if machine.action is not Action.KEEP]
    guessed = [slot for slot in chosen if slot.offer.indication]
    if guessed:
        yield f"{_machines(len(guessed))} at a price that an auction has yet to bring"
    spot = _gpus([slots[machine.offer] for machine in machines if slots[machine.offer].spot])
    if spot:
        yield f"{spot} of the GPUs are spot capacity, which its seller may take back at any moment"


def _solver(choice: Choice) -> Iterator[str]:
    if choice.status == "feasible":
        yield f"not proven cheapest: it may be up to {choice.gap * 100:.2f} % above the best"


def _machines(number: int) -> str:
    return f"{number} machine is" if number == 1 else f"{number} machines are"


def _gpus(slots: Sequence[Slot]) -> int:
    return sum(slot.gpus for slot in slots)
