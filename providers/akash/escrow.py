"""Deposits: how much an order needs, how long what is left will last, what more time costs. Pure.

Whole uact, rounded so that the machine never runs dry a block too early. A price is the most that
was approved where a deposit is sized, and the lease's own where its end is forecast.
"""

from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal

import msgspec

from ...core.money import plain
from .values import UACT_PER_USD, BlockTime, Escrow

_PRICE_STEP = Decimal("0.000001")
"""The chain keeps 18 places of a price; six are finer than any bid and survive every float on the way."""

FAR = timedelta(days=36_500)
"""A forecast beyond a century is none."""


class Runway(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment's escrow holds now, and when it is spent; `None` where nothing bills."""

    left_uact: Decimal
    dry_at: datetime | None

    @property
    def held_usd(self) -> Decimal:
        """What is left, in dollars, and comes back when the deployment is closed."""
        return usd(self.left_uact)


def ceiling_per_block(usd_per_hour: Decimal, block: BlockTime) -> Decimal:
    """The most that an order may cost a block, rounded down: a bid never exceeds what was approved."""
    return block.uact_per_block(usd_per_hour).quantize(_PRICE_STEP, rounding=ROUND_DOWN)


def deposit_uact(uact_per_block: Decimal, lasts: timedelta, block: BlockTime, least_uact: Decimal) -> Decimal:
    """What keeps a deployment at this price for that long, at least the chain's minimum; whole uact, rounded up."""
    return max(_whole(_cost(uact_per_block, lasts, block)), _whole(least_uact))


def runway(escrow: Escrow, uact_per_block: Decimal, *, height: int, block: BlockTime, now: datetime) -> Runway:
    """What is left at `height`, which is now, and how long that lasts at this price."""
    left = escrow.left_uact(uact_per_block, height)
    if uact_per_block <= 0:
        return Runway(left_uact=left, dry_at=None)
    seconds = left / uact_per_block * block.seconds
    lasts = timedelta(seconds=float(seconds)) if seconds < int(FAR.total_seconds()) else None
    return Runway(left_uact=left, dry_at=None if lasts is None else (now + lasts).replace(microsecond=0))


def spent_usd(escrow: Escrow, uact_per_block: Decimal, height: int) -> Decimal | None:
    """What it has cost until `height`, in dollars; `None` where the chain does not say. Fees are no part of it."""
    spent = escrow.spent_uact(uact_per_block, height)
    return None if spent is None else plain(usd(spent))


def missing_uact(left_uact: Decimal, uact_per_block: Decimal, lasts: timedelta, block: BlockTime) -> Decimal:
    """What must be added so that it lasts that long; zero where it does."""
    return max(Decimal(0), _whole(_cost(uact_per_block, lasts, block) - left_uact))


def usd(uact: Decimal) -> Decimal:
    """An amount of uact in dollars."""
    return uact / UACT_PER_USD


def _cost(uact_per_block: Decimal, lasts: timedelta, block: BlockTime) -> Decimal:
    """Divided last, so that what comes out even is not off by the last digit and a whole uact with it."""
    seconds = max(Decimal(0), Decimal(str(lasts.total_seconds())))
    return uact_per_block * seconds / block.seconds


def _whole(uact: Decimal) -> Decimal:
    return uact.to_integral_value(rounding=ROUND_CEILING)
