"""What `plan` says where an apply or a destroy of that deployment was killed: what they left may run and bill."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from ..core.clock import rfc3339
from ..planning.plan import Plan
from .naming import span


def with_interrupted(made: Plan, names: Sequence[str]) -> Plan:
    """The plan with a warning about `names`, of which nobody knows whether they were made. It counts none of them."""
    if not names:
        return made
    doubt = f"an apply was interrupted, and {span(list(names))} may run and bill: ampacity recover {made.name} goes on"
    return msgspec.structs.replace(made, warnings=(*made.warnings, doubt))


def with_destroy(made: Plan, since: datetime | None) -> Plan:
    """The plan with a warning about a destroy that began at `since` and left something."""
    if since is None:
        return made
    began = f"a destroy began at {rfc3339(since)} and did not come to its end"
    ways = f"ampacity destroy {made.name} ends the rest, and to apply this plan is to give that up"
    return msgspec.structs.replace(made, warnings=(*made.warnings, f"{began}: {ways}"))


def way_on(made: Plan, otherwise: str) -> str:
    """What to type next: `recover` first, since it changes what this plan was made against; else the plan itself."""
    first = f"ampacity recover {made.name} (an apply was interrupted)"
    return f"{first}, then ampacity plan SPEC; or {otherwise}" if made.spends else first
