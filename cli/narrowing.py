"""What a seller's own description of what runs says of the auction beside the plan: who may bid, at what price."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
from functools import cache

import msgspec

from ..core.contexts import NamedContext
from ..core.errors import AmpacityError
from ..core.money import show_usd
from ..planning.plan import MADE, Definition, Plan
from ..providers.base import Bidders, Narrows, Offer
from ..providers.table import open_able
from .planfiles import SpecFiles, SpecText


def narrow(
    named: NamedContext, offers: Iterable[Offer], definition: Definition | None, files: SpecFiles
) -> tuple[Offer, ...]:
    """The offers, those of an auction with the bidders that the definition takes too: so that it is what is signed.

    Raises `UsageError` by file and line where nobody could be both.
    """
    sellers, written = _narrowers(named, definition), files.definition

    @cache
    def narrowed(name: str, bidders: Bidders | None) -> Bidders | None:
        if bidders is None or written is None or name not in sellers:
            return bidders
        return sellers[name].narrow_bidders(written.text, bidders, where=str(written.path))

    return tuple(msgspec.structs.replace(offer, bidders=narrowed(offer.provider, offer.bidders)) for offer in offers)


def prices(named: NamedContext, plan: Plan, files: SpecFiles) -> Iterator[str]:
    """Where the definition pays another price than the plan allows: nobody bids above the lower of both."""
    ceilings = {each.machine: each.ceiling_usd_per_hour for each in plan.auctions}
    ordered = [machine for machine in plan.machines if machine.name in ceilings and machine.action in MADE]
    sellers = _narrowers(named, plan.definition) if ordered else {}
    asked = sellers.keys() & {plan.offer_of(machine).provider for machine in ordered}
    most = {name: _most(sellers[name], files.definition) for name in asked}
    for machine in ordered:
        offer = plan.offer_of(machine)
        paid = most.get(offer.provider)
        if paid is not None:
            said = _price(paid, ceilings[machine.name], offer.usd_per_hour)
            yield from (f"{machine.name}: {line}" for line in said)


def _narrowers(named: NamedContext, definition: Definition | None) -> dict[str, Narrows]:
    """The sellers that take the definition and let it have a say of their auctions, opened once."""
    takers = definition.providers if definition is not None else ()
    opened = {name: open_able(name, named.context, Narrows) for name in takers}  # type: ignore[type-abstract]
    return {name: seller for name, seller in opened.items() if seller is not None}


def _most(seller: Narrows, written: SpecText | None) -> Decimal | None:
    with suppress(AmpacityError):  # who cannot be asked is told by what is locked at first
        return seller.most_usd_per_hour(written.text) if written is not None else None
    return None


def _price(most: Decimal, ceiling: Decimal, expected: Decimal | None) -> Iterator[str]:
    said = f"its own definition pays {show_usd(most, places=4)} per hour at most"
    allowed = f"the {show_usd(ceiling, places=4)} that this plan allows"
    if most > ceiling:
        yield f"{said}; the order is made at {allowed}"
    elif most < ceiling:
        hopeless = f", and bids are expected around {show_usd(expected)}" if expected and most < expected else ""
        yield f"{said}, less than {allowed}: nobody can bid more{hopeless}"
