"""The money of a recovery beside its price by the hour: what was spent, what is locked, what was approved in all."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import msgspec

from ..planning.prepaid import Quote


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that stays or is taken in: what it costs now and at most, until when, and what is held for it."""

    name: str
    usd_per_hour: Decimal | None
    most_usd_per_hour: Decimal | None
    ends_at: datetime | None = None
    held_usd: Decimal | None = None


class Stakes(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be known at `asked_at` to hold a recovery against the worst case that was approved.

    `spent_usd` is what all its machines cost so far, as far as it is known: `uncertain` names those of which it
    is not. `quotes` say what is locked for what is to be bought. `usd_per_hour` is what all of them cost now, those
    included that will end, `None` where that is not known. `freed_usd` comes back before anything is locked, by
    seller: what is held for machines that end to be made anew.
    """

    asked_at: datetime
    usd_per_hour: Decimal | None = None
    spent_usd: Decimal = Decimal(0)
    uncertain: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    freed_usd: Mapping[str, Decimal] = {}
    approved_usd: Decimal | None = None
