"""From nodes by slot to named machines: who stays, who is made anew, who goes, what is new."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import count

import msgspec

from ..providers.base import Offer
from .plan import Action, PlannedMachine, RemovedMachine
from .problem import Problem
from .running import Fate, Running

_NUMBER = re.compile(r"(\d+)$")
NOT_NEEDED = "not needed any more"
CHEAPER = "what is added is cheaper within the limits"
NO_ROOM = "the limits leave no room for it beside the rest"
AN_END = "it gets an end"
NO_END = "it loses its end"
NEW_END = "its end moves"


class Ends(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the spec wants an end, and whether those of machines that stay are to be moved there."""

    wanted: bool
    moved: bool = False


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """The machines of the wanted end state and those that will be gone, each sorted by name."""

    machines: tuple[PlannedMachine, ...]
    removed: tuple[RemovedMachine, ...]


def assign(name: str, problem: Problem, counts: Sequence[int], running: Sequence[Running], *, ends: Ends) -> Assignment:
    """Names and actions. New machines take the names of lost ones first, then the lowest free numbers."""
    stay, new = _split(problem, counts, running)
    gone = [one for one in running if one.fate is Fate.GONE]
    added = _name_new(name, new, gone, {one.machine.name for one in running})
    named = {machine.name for machine in added} | {one.machine.name for one in stay}
    surplus = _surplus_reason(problem, grows=bool(new))
    removed = [_removed(one, surplus) for one in running if one.machine.name not in named]
    machines = _stayers(stay, ends, spends=bool(added or removed)) + added
    return Assignment(
        machines=tuple(sorted(machines, key=lambda machine: natural(machine.name))),
        removed=tuple(sorted(removed, key=lambda machine: natural(machine.name))),
    )


def natural(name: str) -> tuple[str, int, str]:
    """A sort key by which `train-10` comes after `train-9`."""
    number = _NUMBER.search(name)
    return (name[: number.start()], int(number[1]), name) if number else (name, -1, name)


def _split(problem: Problem, counts: Sequence[int], running: Sequence[Running]) -> tuple[list[Running], list[Offer]]:
    """Machines that go on, and the offers of what is new, a node each."""
    stay: list[Running] = []
    new: list[Offer] = []
    for slot, nodes, here in zip(problem.slots, counts, _by_slot(problem, running), strict=True):
        here.sort(key=lambda one: (one.fate is Fate.RENEW, natural(one.machine.name)))
        stay += here[:nodes]
        new += [slot.offer] * (nodes - len(here[:nodes]))
    return stay, new


def _by_slot(problem: Problem, running: Sequence[Running]) -> list[list[Running]]:
    """The machines that may go on, in each slot: their own where one names them, else their offer's."""
    own = {name: at for at, slot in enumerate(problem.slots) for name in slot.machines}
    sold = {slot.offer.id: at for at, slot in enumerate(problem.slots) if not slot.machines}
    here: list[list[Running]] = [[] for _ in problem.slots]
    for one in running:
        if one.fate in {Fate.KEEP, Fate.RENEW}:
            name = one.machine.name
            here[own[name] if name in own else sold[one.offer.id]].append(one)
    return here


def _name_new(name: str, offers: Sequence[Offer], gone: Sequence[Running], taken: set[str]) -> list[PlannedMachine]:
    free = _free_names(name, taken)
    left = sorted(gone, key=lambda one: natural(one.machine.name))
    # A lost machine that comes back on its own offer keeps its name, whatever else is new.
    heirs = [_take(left, offer) for offer in offers]
    machines = []
    for offer, heir in zip(offers, heirs, strict=True):
        lost = heir or (left.pop(0) if left else None)
        machines.append(
            PlannedMachine(
                name=lost.machine.name if lost else next(free),
                offer=offer.id,
                action=Action.ADD,
                reason=lost.why if lost else "",
            )
        )
    return machines


def _take(left: list[Running], offer: Offer) -> Running | None:
    for one in left:
        if one.offer.id == offer.id:
            left.remove(one)
            return one
    return None


def _free_names(name: str, taken: set[str]) -> Iterator[str]:
    return (f"{name}-{number}" for number in count(1) if f"{name}-{number}" not in taken)


def _stayers(stay: Sequence[Running], ends: Ends, *, spends: bool) -> list[PlannedMachine]:
    """What goes on. Whatever else an apply changes, it counts the time to every end that can be moved anew."""
    if spends or any(_action(one, ends)[0] is not Action.KEEP for one in stay):
        ends = msgspec.structs.replace(ends, moved=ends.wanted)
    return [_stay(one, ends) for one in stay]


def _stay(one: Running, ends: Ends) -> PlannedMachine:
    action, reason = _action(one, ends)
    return PlannedMachine(
        name=one.machine.name,
        offer=one.offer.id,
        action=action,
        reason=reason,
        usd_per_hour_before=one.machine.price,
    )


def _action(one: Running, ends: Ends) -> tuple[Action, str]:
    if one.fate is Fate.RENEW:
        return Action.REPLACE, one.why
    machine = one.machine
    if machine.self_ending:
        return Action.KEEP, ""
    if ends.wanted != (machine.ends_at is not None):
        return Action.CHANGE, AN_END if ends.wanted else NO_END
    return (Action.CHANGE, NEW_END) if ends.moved else (Action.KEEP, "")


def _surplus_reason(problem: Problem, *, grows: bool) -> str:
    if not grows:
        return NOT_NEEDED
    return NO_ROOM if problem.stay_first else CHEAPER


def _removed(one: Running, surplus: str) -> RemovedMachine:
    bought = one.machine.offer
    return RemovedMachine(
        name=one.machine.name,
        provider=bought.provider,
        sku=bought.sku,
        usd_per_hour=Decimal(0) if one.fate is Fate.GONE else one.machine.price,
        reason=one.why if one.fate in {Fate.GONE, Fate.DROP} else surplus,
    )
