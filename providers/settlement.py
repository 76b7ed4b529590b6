"""The seller's last word on a machine that was paid ahead and is no more."""

from decimal import Decimal

import msgspec


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What it cost in all, by its seller's own books, and what came back of what was paid ahead.

    `refunded_usd` is `None` where the seller does not tell it: then it is what had been paid in, less the cost.
    """

    spent_usd: Decimal
    refunded_usd: Decimal | None = None
