"""What `plan` says where an apply of that deployment was killed: what its create calls made may run and bill."""

from collections.abc import Sequence

import msgspec

from ..planning.plan import Plan
from .naming import span


def with_interrupted(made: Plan, names: Sequence[str]) -> Plan:
    """The plan with a warning about `names`, of which nobody knows whether they were made. It counts none of them."""
    if not names:
        return made
    doubt = f"an apply was interrupted, and {span(list(names))} may run and bill: ampacity recover {made.name} goes on"
    return msgspec.structs.replace(made, warnings=(*made.warnings, doubt))


def way_on(made: Plan, otherwise: str) -> str:
    """What to type next: `recover` first, since it changes what this plan was made against; else the plan itself."""
    first = f"ampacity recover {made.name} (an apply was interrupted)"
    return f"{first}, then ampacity plan SPEC; or {otherwise}" if made.spends else first
