"""What must give where limits conflict, in words, and the edit or command by which it does."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from ..core.money import ceil_cents, show_most_usd
from .limits import Limit, gpus_of
from .problem import Problem

_HUNDREDTH = Decimal("0.01")
_WIDER = "in the spec allow other sellers, regions, markets or models, or fewer GPUs"


class Way(NamedTuple):
    """One way out: what would have to be, and how one gets there."""

    words: str
    fix: str


def way_out(problem: Problem, counts: Sequence[int], broken: Sequence[Limit]) -> Way:
    """The way out by which every limit of `broken` gives as much as `counts` needs."""
    words = " and ".join(_words(problem, counts, limit) for limit in broken)
    edits = [f"{limit.name}: {_enough(problem, counts, limit)}" for limit in broken if limit.group not in _OF_SELLERS]
    fixes = ["in the spec: " + ", ".join(edits)] if edits else []
    fixes += _by_sellers([limit for limit in broken if limit.group in _OF_SELLERS])
    return Way(words, "; ".join(fixes))


_OF_SELLERS = frozenset({"power", "stock"})
"""Groups of limits that no key of the spec moves."""


def _by_sellers(broken: Sequence[Limit]) -> list[str]:
    """What helps against what a seller has too little of."""
    if not broken:
        return []
    holders = _once(name for limit in broken for name in limit.held_kw)
    sources = _once(limit.source for limit in broken if limit.source)
    commands = ", ".join(f"ampacity destroy {name}" for name in holders)
    ends = [f"end what holds the power ({commands})"] if holders else []
    return ["; or ".join([*ends, _WIDER]), *(f"{source} says what its feeds carry" for source in sources)]


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _words(problem: Problem, counts: Sequence[int], limit: Limit) -> str:
    least = _least(problem, counts, limit)
    if limit.group not in _OF_SELLERS:
        return f"{limit.name} would have to be at least {least}{_growing(limit)}"
    held = [f"{name} holds {kw:f} kW" for name, kw in limit.held_kw.items()]
    where = ", ".join(filter(None, [limit.source, *held]))
    return f"{limit.name} would have to be {least} {limit.unit} instead of {limit.allowed:f}" + (
        f" ({where})" if where else ""
    )


def _growing(limit: Limit) -> str:
    """That it is more with every hour, where something runs meanwhile."""
    per_hour = limit.spent.growing_usd_per_hour
    return f", and {show_most_usd(per_hour)} more for each hour that what runs goes on" if per_hour else ""


def _enough(problem: Problem, counts: Sequence[int], limit: Limit) -> str:
    """What still does once the spec was edited: the least, and what running machines cost until then."""
    if limit.group == "budget":
        return str(ceil_cents(limit.used + limit.spent.growing_usd_per_hour * limit.spent.growing_hours))
    return _least(problem, counts, limit)


def _least(problem: Problem, counts: Sequence[int], limit: Limit) -> str:
    """The least that `limit` would have to allow, as its key is written."""
    if limit.group == "budget":
        return str(ceil_cents(limit.used))
    if limit.group == "spot":
        return str((limit.used / gpus_of(problem, counts)).quantize(_HUNDREDTH, rounding=ROUND_CEILING))
    return f"{limit.used:f}"
