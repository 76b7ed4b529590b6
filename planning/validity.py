"""How long a plan may be applied: the time asked, or until the first of its prices ends."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..core.clock import rfc3339
from ..providers.base import Offer
from .plan import MADE
from .request import Outcome

LEAST_VALIDITY = timedelta(minutes=5)
"""A plan lives at least so long, so that a person can read and sign it."""


def bought(outcome: Outcome) -> list[tuple[str, Offer]]:
    """Names and offers of the machines that have to be made."""
    offers = outcome.chosen_offers()
    machines = outcome.assignment.machines
    return [(machine.name, offers[machine.offer]) for machine in machines if machine.action in MADE]


def expiry(outcome: Outcome) -> datetime:
    """The end of the plan's validity, or of the first offer to be bought, but never at once."""
    now, asked = outcome.request.now, outcome.request.now + outcome.request.valid_for
    first = _first_end(outcome)
    return asked if first is None else max(min(asked, first[0]), now + LEAST_VALIDITY)


def shortened(outcome: Outcome) -> Iterator[str]:
    """Which price makes the plan's life shorter than was asked for."""
    request, first = outcome.request, _first_end(outcome)
    given = expiry(outcome) - request.now
    if first is not None and given < request.valid_for:
        end, offer = first
        what = f"{offer.provider} {offer.sku} {offer.zone or offer.region} {offer.market}"
        yield (
            f"valid for {_minutes(given)} min instead of {_minutes(request.valid_for)}: "
            f"the price of {what} is only good until {rfc3339(end)}"
        )


def _first_end(outcome: Outcome) -> tuple[datetime, Offer] | None:
    """When the first price to be bought at ends, and whose it is (of several the first by key)."""
    ends = [(offer.expires_at, offer) for _, offer in bought(outcome) if offer.expires_at is not None]
    return min(ends, key=lambda pair: (pair[0], pair[1].key), default=None)


def _minutes(span: timedelta) -> int:
    """The nearest whole minute: a price is a few seconds old when a plan is made."""
    return (span + timedelta(seconds=30)) // timedelta(minutes=1)
