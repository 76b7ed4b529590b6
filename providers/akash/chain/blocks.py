"""How long a block takes: measured between two headers, because every published constant is off by percents."""

from collections.abc import Callable
from decimal import Decimal

from ...base import ProviderError
from ..values import BlockTime
from .failures import ChainError, nonsense
from .wire import Header

SPANS = (1000, 100, 10, 1)
"""Blocks apart: the first that the node still has, or that the chain is old enough for."""

SHORTEST_SECONDS = Decimal("0.01")
LONGEST_SECONDS = Decimal(600)


def measure(latest: Header, header: Callable[[int], Header]) -> BlockTime:
    """The block time up to `latest`. Raises `ProviderError` for a chain of one block, or one whose clock is odd."""
    first = _earlier(latest, header)
    blocks = latest.height - first.height
    if blocks < 1:
        raise nonsense("two headers are of one block")
    seconds = Decimal(str((latest.time - first.time).total_seconds())) / blocks
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise nonsense(f"a block takes {seconds} s")
    return BlockTime(seconds=seconds, first_height=first.height, last_height=latest.height, measured_at=latest.time)


def _earlier(latest: Header, header: Callable[[int], Header]) -> Header:
    """An earlier header, as far back as the node keeps them."""
    refused: ProviderError = nonsense("the chain has only one block")
    for span in SPANS:
        height = max(1, latest.height - span)
        if height == latest.height:
            break
        try:
            return header(height)
        except ChainError as error:  # pruned, says the node
            refused = error
    raise refused
