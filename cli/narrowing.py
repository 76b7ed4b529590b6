"""What a seller's own description of what runs says of the auction beside the plan: who may bid, at what price."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from decimal import Decimal

import msgspec

from ..core.contexts import NamedContext
from ..core.errors import AmpacityError
from ..core.money import show_usd
from ..planning.plan import MADE, Definition, Plan
from ..providers.base import Narrows, Offer, capability, has_capability
from ..providers.table import open_provider, provider_class
from .planfiles import SpecFiles


def narrow(
    named: NamedContext, offers: Iterable[Offer], definition: Definition | None, files: SpecFiles
) -> tuple[Offer, ...]:
    """The offers, those of an auction with the bidders that the definition takes too: so that it is what is signed.

    Raises `UsageError` by file and line where nobody could be both.
    """
    return tuple(_narrow(named, offer, definition, files) for offer in offers)


def prices(named: NamedContext, plan: Plan, files: SpecFiles) -> Iterator[str]:
    """Where the definition pays another price than the plan allows: nobody bids above the lower of both."""
    ceilings = {each.machine: each.ceiling_usd_per_hour for each in plan.auctions}
    for machine in plan.machines:
        if machine.name not in ceilings or machine.action not in MADE:
            continue
        offer = plan.offer_of(machine)
        most = _most(named, offer.provider, plan.definition, files)
        if most is not None:
            said = _price(most, ceilings[machine.name], offer.usd_per_hour)
            yield from (f"{machine.name}: {line}" for line in said)


def _most(named: NamedContext, name: str, definition: Definition | None, files: SpecFiles) -> Decimal | None:
    seller = _narrower(named, name, definition)
    if seller is None or files.definition is None:
        return None
    with suppress(AmpacityError):  # who cannot be asked is told by what is locked at first
        return seller.most_usd_per_hour(files.definition.text)
    return None


def _price(most: Decimal, ceiling: Decimal, expected: Decimal | None) -> Iterator[str]:
    said = f"its own definition pays {show_usd(most, places=4)} per hour at most"
    allowed = f"the {show_usd(ceiling, places=4)} that this plan allows"
    if most > ceiling:
        yield f"{said}; the order is made at {allowed}"
    elif most < ceiling:
        hopeless = f", and bids are expected around {show_usd(expected)}" if expected and most < expected else ""
        yield f"{said}, less than {allowed}: nobody can bid more{hopeless}"


def _narrower(named: NamedContext, name: str, definition: Definition | None) -> Narrows | None:
    if definition is None or name not in definition.providers or not has_capability(provider_class(name), Narrows):
        return None
    return capability(open_provider(name, named.context), Narrows)  # type: ignore[type-abstract]


def _narrow(named: NamedContext, offer: Offer, definition: Definition | None, files: SpecFiles) -> Offer:
    seller = _narrower(named, offer.provider, definition) if offer.bidders is not None else None
    if seller is None or offer.bidders is None or files.definition is None:
        return offer
    bidders = seller.narrow_bidders(files.definition.text, offer.bidders, where=str(files.definition.path))
    return msgspec.structs.replace(offer, bidders=bidders)
