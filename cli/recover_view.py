"""What is told before a recovery makes, replaces or removes machines, as a question or where none is asked."""

from collections.abc import Iterator, Mapping, Sequence

from ..core.money import show_most_usd, show_usd
from ..core.words import count
from ..providers.base import Offer
from ..provisioning.outlook import Outlook, refuse_dear, usd_per_hour
from ..provisioning.stakes import Stakes
from ..provisioning.worst import refuse_beyond, worst_usd
from .naming import span
from .terms import deposits


def question(ahead: Outlook, live: Mapping[str, Offer]) -> str:
    """What would be done, and what all of it costs at `live` prices. Raises `PolicyError` where that is too much."""
    refuse_dear(ahead, live)
    refuse_beyond(ahead, live)
    return "\n".join([f"{ahead.name}: finish what the last plan began", *(f"  {line}" for line in _lines(ahead, live))])


def _lines(ahead: Outlook, live: Mapping[str, Offer]) -> Iterator[str]:
    yield from _group("makes", [machine.name for machine in ahead.made])
    yield from _group("ends and makes anew", [machine.name for machine in ahead.replaced])
    yield from _group("removes", ahead.removed)
    yield from _group("takes in", ahead.adopted)
    yield from _group("takes a bid, within its ceiling, for", ahead.ordered)
    if ahead.bought:
        ceiling = ahead.ceiling_usd_per_hour
        most = "no ceiling is on record" if ceiling is None else f"at most {show_most_usd(ceiling)}"
        yield f"costs {_now(ahead.stakes)}{show_usd(usd_per_hour(ahead, live))} per hour, {most}"
        if ahead.stakes is not None:
            yield from _stakes(ahead, ahead.stakes, live)


def _now(stakes: Stakes | None) -> str:
    """`$37.99 → `, before what it will cost; nothing where that of now is not known."""
    return "" if stakes is None or stakes.usd_per_hour is None else f"{show_usd(stakes.usd_per_hour)} → "


def _stakes(ahead: Outlook, stakes: Stakes, live: Mapping[str, Offer]) -> Iterator[str]:
    for line in deposits((quote.provider, quote.usd) for quote in stakes.quotes):
        yield f"locks {line}"
    worst, approved = worst_usd(ahead, stakes, live), stakes.approved_usd
    so_far = f"{show_usd(stakes.spent_usd)} so far"
    allowed = "no worst case is on record" if approved is None else f"{show_most_usd(approved)} was approved in all"
    if worst is None:
        yield f"worst case: none, as nothing ends all of it; {so_far}"
    else:
        yield f"worst case {show_most_usd(worst)} with the {so_far}; {allowed}"
    if stakes.uncertain:
        yield f"what {span(list(stakes.uncertain))} cost so far is not known, and in none of these"


def _group(verb: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{verb} {count(len(names), 'machine')}: {span(list(names))}"
