"""How long a managed deployment may run.

The Console funds what it manages from the account's credits for as long as these last, whatever was
deposited; only a runtime limit, counted from the lease's start, ends it (its notes on funding, autumn
2026). So the limit is what a deposit is elsewhere: the hours that were meant to be paid for. None is
opened without one.
"""

from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

from ...base import Failure
from ..refusals import failed
from ..values import UACT_PER_USD, BlockTime, Dseq
from .client import ConsoleApi
from .failures import RefusedError
from .wire import Data, RuntimeLimit

LONGEST_STEP_HOURS = 48
"""The most that a limit may be at first, and may be raised by at once."""
LONGEST_HOURS = 8_760
A_MINUTE_IN_HOURS = Decimal(1) / 60
"""Deposits are rounded up, which must not make another hour."""


def hours_paid(uact: Decimal, uact_per_block: Decimal, block_time: BlockTime) -> int | None:
    """The hours that an amount lasts, rounded up from the first full minute; `None` where nothing is to be paid."""
    usd_per_hour = block_time.usd_per_hour(uact_per_block)
    if usd_per_hour <= 0:
        return None
    return _whole(uact / UACT_PER_USD / usd_per_hour)


def hours_of(lasts: timedelta) -> int:
    """The limit for so long. Raises `ProviderError` where the Console allows no such one."""
    hours = _whole(Decimal(str(lasts.total_seconds())) / 3600)
    if hours > LONGEST_HOURS:
        raise failed(Failure.INVALID, f"a managed deployment runs {LONGEST_HOURS} hours at most, not {hours}")
    return hours


def first_limit(hours: int) -> dict[str, int]:
    """The part of a create call that sets the limit: as long as the Console allows at first."""
    return {"runtimeLimitHours": min(hours, LONGEST_STEP_HOURS)}


def limit_of(api: ConsoleApi, dseq: Dseq) -> int | None:
    """The hours that it may run, `None` where it has no limit, or the Console knows of none."""
    try:
        return api.ask("GET", _path(dseq), Data[RuntimeLimit]).data.runtime_limit_hours
    except RefusedError as error:
        if error.status == 404:
            return None
        raise


def raise_limit(api: ConsoleApi, dseq: Dseq, limit: int, wanted: int) -> None:
    """From `limit` to `wanted` hours, in the steps that the Console takes. Raises `ProviderError`."""
    while limit < wanted:
        limit = min(wanted, limit + LONGEST_STEP_HOURS)
        api.ask("PATCH", _path(dseq), Data[RuntimeLimit], body={"data": {"runtimeLimitHours": limit}})


def _whole(hours: Decimal) -> int:
    """Rounded up from the first full minute."""
    return max(1, int((hours - A_MINUTE_IN_HOURS).to_integral_value(ROUND_CEILING)))


def _path(dseq: Dseq) -> str:
    return f"/v2/deployment-settings/{dseq}"
