"""Offers that differ in nothing but price and stock: which can never be needed, and whose turn it is.

Exact, by exchange: among slots of one seller, market, size and power draw, a node of a dearer slot
can always be had from a cheaper one that has room. Slots with running machines are left alone.
"""

from collections.abc import Sequence

import msgspec

from .problem import Problem
from .slots import Slot


def needed(problem: Problem) -> Problem:
    """`problem` without slots that cheaper ones of their kind make needless."""
    keep = {at for group in _groups(problem).values() for at in _enough(problem, group)}
    slots = tuple(slot for at, slot in enumerate(problem.slots) if slot.stays or at in keep)
    return msgspec.structs.replace(problem, slots=slots)


def settle(problem: Problem, counts: Sequence[int]) -> tuple[int, ...]:
    """`counts` with each kind's nodes on its cheapest slots, and of equal prices on the first by key.

    What runs on an offer goes on before one that is bought by it for no less.
    """
    settled = list(counts)
    _go_on(problem, settled)
    for group in _groups(problem).values():
        left = sum(settled[at] for at in group)
        for at in group:
            settled[at] = min(left, problem.most_nodes(problem.slots[at]))
            left -= settled[at]
    return tuple(settled)


def _go_on(problem: Problem, counts: list[int]) -> None:
    """Move nodes that would be bought to slots whose machines run on the same offer."""
    sold = {slot.offer.id: at for at, slot in enumerate(problem.slots) if not slot.machines}
    for at, own in enumerate(problem.slots):
        other = sold.get(own.offer.id) if own.machines else None
        if other is not None and problem.slots[other].usd_per_hour >= own.usd_per_hour:
            moved = max(0, min(own.stays - counts[at], counts[other] - problem.slots[other].stays))
            counts[at], counts[other] = counts[at] + moved, counts[other] - moved


def _groups(problem: Problem) -> dict[tuple[object, ...], list[int]]:
    """Places of interchangeable slots, cheapest first, by kind."""
    order = sorted(
        (at for at, slot in enumerate(problem.slots) if not slot.stays),
        key=lambda at: (problem.slots[at].usd_per_hour, at),
    )
    groups: dict[tuple[object, ...], list[int]] = {}
    for at in order:
        groups.setdefault(_kind(problem.slots[at]), []).append(at)
    return groups


def _kind(slot: Slot) -> tuple[object, ...]:
    power = slot.offer.power
    draw = None if power is None else (frozenset(power.feeds), power.node_kw)
    return slot.offer.provider, slot.spot, slot.gpus, draw


def _enough(problem: Problem, group: Sequence[int]) -> list[int]:
    """The first of `group` that together have all the nodes that could ever help."""
    kept, nodes = [], 0
    for at in group:
        slot = problem.slots[at]
        if nodes >= problem.useful_nodes(slot):
            break
        kept.append(at)
        nodes += problem.most_nodes(slot)
    return kept
