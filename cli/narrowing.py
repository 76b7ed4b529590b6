"""What a seller's own description of what runs says of the auction beside the plan: who may bid, at what price."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import ROUND_CEILING, Decimal
from functools import cache

import msgspec

from ..core.contexts import NamedContext
from ..core.errors import AmpacityError
from ..core.money import plain, show_usd
from ..planning.plan import MADE, Definition, Plan
from ..providers.base import Bidders, Narrows, Offer
from ..providers.table import open_able
from .naming import span
from .planfiles import SpecFiles, SpecText

_MICRO = Decimal("0.000001")


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


def own_prices(
    named: NamedContext, offers: Iterable[Offer], definition: Definition | None, files: SpecFiles
) -> dict[str, Decimal]:
    """By seller of `offers`, the most that the definition itself pays for a machine at an auction."""
    auctioneers = {offer.provider for offer in offers if offer.bidders is not None}
    sellers = _narrowers(named, definition) if auctioneers else {}
    paid = {name: _most(sellers[name], files.definition) for name in sorted(auctioneers & sellers.keys())}
    return {name: most for name, most in paid.items() if most is not None}


def prices(plan: Plan, own: Mapping[str, Decimal], offers: Iterable[Offer]) -> Iterator[str]:
    """Where the definition pays another price than the plan would: the lower of both is ordered.

    `own` is what `own_prices` found, and `offers` what the market asks.
    """
    ceilings = {each.machine: each.ceiling_usd_per_hour for each in plan.auctions}
    asked = {offer.id: offer.usd_per_hour for offer in offers}
    said: dict[str, list[str]] = {}
    for machine in plan.machines:
        paid = own.get(plan.offer_of(machine).provider)
        if paid is not None and machine.name in ceilings and machine.action in MADE:
            line = _price(paid, ceilings[machine.name], asked.get(machine.offer))
            said.setdefault(line, []).append(machine.name)
    return (f"{span(names)}: {line}" for line, names in said.items())


def _narrowers(named: NamedContext, definition: Definition | None) -> dict[str, Narrows]:
    """The sellers that take the definition and let it have a say of their auctions, opened once."""
    takers = definition.providers if definition is not None else ()
    opened = {name: open_able(name, named.context, Narrows) for name in takers}
    return {name: seller for name, seller in opened.items() if seller is not None}


def _most(seller: Narrows, written: SpecText | None) -> Decimal | None:
    """Up to a millionth, so that all of what is written may be bid."""
    with suppress(AmpacityError):  # who cannot be asked is told by what is locked at first
        if written is not None:
            return plain(seller.most_usd_per_hour(written.text).quantize(_MICRO, rounding=ROUND_CEILING))
    return None


def _price(most: Decimal, ceiling: Decimal, asked: Decimal | None) -> str:
    said = f"its own definition pays {show_usd(most, places=4)} per hour at most"
    if most > ceiling:
        return f"{said}; the order is made at the {show_usd(ceiling, places=4)} that this plan allows"
    if asked is not None and most < asked:
        return f"{said}, and bids are expected around {show_usd(asked, places=4)}: it may be that nobody bids"
    return f"{said}, which is the ceiling of its order: nobody can bid more"
