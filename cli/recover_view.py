"""The question before a recovery makes, replaces or removes machines."""

from collections.abc import Iterator, Mapping, Sequence

from ..core.money import show_most_usd, show_usd
from ..providers.base import Offer
from ..provisioning.outlook import Outlook, refuse_dear, usd_per_hour
from .naming import count, span


def question(ahead: Outlook, live: Mapping[str, Offer]) -> str:
    """What would be done, and what all of it costs at `live` prices. Raises `PolicyError` where that is too much."""
    refuse_dear(ahead, live)
    return "\n".join([f"{ahead.name}: finish what the last plan began", *(f"  {line}" for line in _lines(ahead, live))])


def _lines(ahead: Outlook, live: Mapping[str, Offer]) -> Iterator[str]:
    yield from _group("makes", [machine.name for machine in ahead.made])
    yield from _group("ends and makes anew", [machine.name for machine in ahead.replaced])
    yield from _group("removes", ahead.removed)
    yield from _group("takes in", ahead.adopted)
    if ahead.bought:
        ceiling = ahead.ceiling_usd_per_hour
        most = "no ceiling is on record" if ceiling is None else f"at most {show_most_usd(ceiling)}"
        yield f"costs {show_usd(usd_per_hour(ahead, live))} per hour now, {most}"


def _group(verb: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{verb} {count(len(names), 'machine')}: {span(list(names))}"
