"""The Console's dollars told by the chain's own clock. Pure."""

from decimal import Decimal

import msgspec

from ....core.money import plain
from ...base import ProviderError
from ..values import BlockTime
from .indications import Indication

CONSOLE_SECONDS = Decimal(6)
"""What the Console takes a block for when it makes a price per block one per hour."""
_STEP = Decimal("0.000001")


def at_measured(row: Indication, block: BlockTime | ProviderError) -> Indication:
    """The row at the measured block time; as it is where that is not known."""
    if isinstance(block, ProviderError):
        return row
    return msgspec.structs.replace(
        row,
        usd_per_hour=_corrected(row.usd_per_hour, block),
        low_usd_per_hour=_corrected(row.low_usd_per_hour, block),
        high_usd_per_hour=_corrected(row.high_usd_per_hour, block),
    )


def clock_words(block: BlockTime | ProviderError) -> str:
    """By which clock a price per hour is told."""
    if isinstance(block, ProviderError):
        return f"at the Console's {CONSOLE_SECONDS} s a block, since the chain's own is not known: {block.why}"
    seconds = plain(block.seconds.quantize(Decimal("0.001")))
    heights = f"blocks {block.first_height} to {block.last_height}"
    return f"corrected from the Console's {CONSOLE_SECONDS} s a block to {seconds} s ({heights})"


def _corrected(usd_per_hour: Decimal, block: BlockTime) -> Decimal:
    return plain((usd_per_hour * CONSOLE_SECONDS / block.seconds).quantize(_STEP))
