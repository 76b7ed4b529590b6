"""Runtime limits: whole hours from a lease's start, after which the Console closes what it manages."""

from . import deployments
from .state import State

STEP_HOURS = 48
"""The most at first, and the most that is added at once."""
LONGEST_HOURS = 8_760


def allowed(before: int | None, wanted: int) -> bool:
    """Whether a limit may be set where there was `before`."""
    return 1 <= wanted <= min(LONGEST_HOURS, (before or 0) + STEP_HOURS)


def end_overrun(state: State) -> None:
    """Close what has run its hours."""
    for lease in [row for row in state.leases.values() if row.living]:
        hours = state.limits.get(f"{lease.id.owner}/{lease.id.dseq}")
        if hours is not None and (state.height - lease.created_at) * state.clock.block_seconds >= hours * 3600:
            deployments.close(state, lease.id.owner, lease.id.dseq)
