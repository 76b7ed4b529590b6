"""Blocks by the clock: nobody makes them, they are counted."""

from datetime import UTC, datetime, timedelta

import msgspec

FIRST_HEIGHT = 27_761_552
"""Of the network at 2026-07-17T20:07Z, so that heights look as they do."""


class BlockClock(msgspec.Struct, frozen=True, kw_only=True):
    """`FIRST_HEIGHT` was at `started_at` (Unix seconds), and every `block_seconds` there is one more."""

    started_at: float
    block_seconds: float

    def height(self, now: float) -> int:
        """The latest block's at `now`."""
        return FIRST_HEIGHT + max(0, int((now - self.started_at) / self.block_seconds))

    def time(self, height: int) -> datetime:
        """When that block was made; blocks before the first are on the same beat."""
        at = datetime.fromtimestamp(self.started_at, UTC)
        return at + timedelta(seconds=(height - FIRST_HEIGHT) * self.block_seconds)
