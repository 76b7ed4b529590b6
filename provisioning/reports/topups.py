"""What `topup` hands back."""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from ...core.money import total

A_MOMENT = timedelta(minutes=1)
"""By how much two forecasts of the same end may differ."""


class TopUp(msgspec.Struct, frozen=True, kw_only=True):
    """Money to be paid ahead for one machine, so that it lasts until `until`. `usd` 0: it does already.

    `asked_until` is until when it was asked to last, where that is beyond its end and so is not paid for.
    """

    name: str
    provider: str
    id: str
    paid_until: datetime
    until: datetime
    usd: Decimal
    asked_until: datetime | None = None


class TopUpQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What paying ahead would take, machine by machine, and what could not be asked."""

    name: str
    asked_at: datetime
    top_ups: tuple[TopUp, ...]
    problems: tuple[str, ...] = ()

    @property
    def due(self) -> tuple[TopUp, ...]:
        """Those that take money, or that end before then though enough is paid, as a seller's own limit does."""
        return tuple(each for each in self.top_ups if each.usd > 0 or each.until - each.paid_until > A_MOMENT)

    @property
    def usd(self) -> Decimal:
        """What they take together."""
        return total(each.usd for each in self.top_ups)


class TopUpReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was paid ahead; `paid` has each machine's new `paid_until`."""

    name: str
    paid: tuple[TopUp, ...]
    problems: tuple[str, ...] = ()

    @property
    def usd(self) -> Decimal:
        """What that took together."""
        return total(each.usd for each in self.paid)
