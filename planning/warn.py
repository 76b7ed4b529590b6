"""What a person must know beside the figures, in a fixed order."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from ..core.clock import rfc3339
from ..core.money import show_most_usd, show_usd
from ..core.words import count
from .assign import NO_ROOM, Assignment
from .choose import Choice
from .plan import MADE, Action, BaseState, PlannedMachine, Totals
from .problem import Problem
from .running import Fate, Running
from .slots import Slot
from .spec import Spec

SURE_NODES = 16
"""So many nodes of one kind most sellers have, and let an account have, without saying so."""


def warnings(
    spec: Spec,
    problem: Problem,
    *,
    base: BaseState,
    running: Sequence[Running],
    assignment: Assignment,
    totals: Totals,
    choice: Choice,
) -> tuple[str, ...]:
    """Every remark on a plan, the costliest first."""
    return (
        *_money(spec, base, totals),
        *_limits(spec, problem, assignment.machines),
        *replacements(assignment.machines),
        *_ends(running, assignment),
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


def no_end(name: str) -> str:
    """That nothing but a person ends it."""
    return f"no end: bills until `ampacity destroy {name}`"


def _limits(spec: Spec, problem: Problem, machines: Sequence[PlannedMachine]) -> Iterator[str]:
    """Sellers that end what has no end."""
    if spec.end_hours is not None:
        return
    offers = {slot.offer.id: slot.offer for slot in problem.slots}
    limited = [offers[machine.offer] for machine in machines if offers[machine.offer].limit_hours is not None]
    for (seller, hours), number in sorted(Counter((each.provider, each.limit_hours) for each in limited).items()):
        yield (
            f"no end is asked, and {seller} ends {count(number, 'machine')} {hours} h after the start all the same; "
            f"`ampacity topup {spec.name} --hours H` moves that"
        )


def _money(spec: Spec, base: BaseState, totals: Totals) -> Iterator[str]:
    budget, spent = spec.budget.usd_total, base.usd_so_far
    if totals.worst_case_usd is None:
        yield no_end(spec.name)
    elif budget is not None and (worst := totals.worst_case_usd + (spent or Decimal(0))) > budget:
        end = "is destroyed at its end" if totals.bill_until_destroyed else "runs to its end"
        so_far = f" with the {show_usd(spent)} so far" if spent else ""
        yield (
            f"if prices rise to the ceiling and it {end} it costs {show_most_usd(worst)}{so_far}, "
            f"above the budget of {show_usd(budget)}"
        )
    if budget is not None and base.deployment is not None and spent is None:
        yield "what it cost so far is not known, and not counted in budget.usd_total"


def _ends(running: Sequence[Running], assignment: Assignment) -> Iterator[str]:
    kept = {machine.name for machine in assignment.machines if machine.action is Action.KEEP}
    timed = [one.machine for one in running if one.machine.name in kept and one.machine.self_ending]
    ends = [machine.ends_at for machine in timed if machine.ends_at is not None]
    if ends:
        yield f"{_machines(len(timed))} kept with a timer that cannot be moved; the first ends at {rfc3339(min(ends))}"


def _unpriced(running: Sequence[Running]) -> Iterator[str]:
    unknown = [one for one in running if one.fate is not Fate.GONE and one.machine.price is None]
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
    slots = {slot.offer.id: slot for slot in reversed(problem.slots)}  # of an offer the one that sells it comes first
    made = [machine for machine in machines if machine.action in MADE]
    guessed = [slots[machine.offer] for machine in made if slots[machine.offer].offer.indication]
    if guessed:
        yield f"{_machines(len(guessed))} at a price that an auction has yet to bring"
    spot = _gpus([slots[machine.offer] for machine in machines if slots[machine.offer].spot])
    if spot:
        yield f"{spot} of the GPUs are spot capacity, which its seller may take back at any moment"
    added = Counter(machine.offer for machine in machines if machine.action is Action.ADD)
    for offer, nodes in added.items():
        yield from _unsure(slots[offer], nodes)


def _unsure(slot: Slot, nodes: int) -> Iterator[str]:
    offer = slot.offer
    if nodes > SURE_NODES and slot.room is None:
        yield (
            f"{nodes} new nodes are {offer.provider} {offer.sku} in {offer.zone or offer.region}, "
            "and its seller does not say how many it has or lets an account have"
        )


def _solver(choice: Choice) -> Iterator[str]:
    if choice.status == "feasible":
        yield f"not proven cheapest: it may be up to {choice.gap * 100:.2f} % above the best"


def _machines(number: int) -> str:
    return f"{count(number, 'machine')} {'is' if number == 1 else 'are'}"


def _gpus(slots: Sequence[Slot]) -> int:
    return sum(slot.gpus for slot in slots)
