"""Which command makes anew what is lost: `recover` where what was approved covers it, else a new plan. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from ..core.errors import PolicyError
from .observe import Sighting
from .outlook import outlook_of, refuse_dear
from .records import DeploymentRecord
from .reports import REPLAN, FormerMachine
from .worst import refuse_beyond, stakes_of


def way_anew(record: DeploymentRecord, seen: Sequence[Sighting], former: Iterable[FormerMachine], now: datetime) -> str:
    """The command, by what was spent and approved and at the plan's own prices: no seller is asked for it.

    So `recover` may still refuse, where prices have moved; a new plan is what it leads to then.
    """
    if record.destroying_since is not None:
        return f"ampacity destroy {record.name}"
    ahead = outlook_of(record, seen, (), lambda _wanted, _found: False)
    if any(machine.ends_at is not None and machine.ends_at <= now for machine in ahead.bought):
        return REPLAN  # it would be made to be ended at once
    planned = {machine.offer.key: machine.offer for machine in ahead.bought}
    ahead = msgspec.structs.replace(ahead, stakes=stakes_of(record, seen, former, now))
    try:
        refuse_dear(ahead, planned)
        refuse_beyond(ahead, planned)
    except PolicyError:
        return REPLAN
    return f"ampacity recover {record.name}"
