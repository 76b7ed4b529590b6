"""How long a custody lets a deployment run, whatever its escrow holds: the Console's runtime limit. Pure."""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from ...core.clock import rfc3339
from ..base import Machine


class Leash(msgspec.Struct, frozen=True, kw_only=True):
    """`hours` count from the lease's start; `None` where nothing but the escrow ends it, or nobody says.

    `warning` is what a person should know of it.
    """

    hours: int | None = None
    warning: str = ""


def leashed(machine: Machine, leased_at: datetime, leash: Leash) -> Machine:
    """The machine, which ends with the leash where it is on one: until then its custody funds it by itself."""
    warning = leash.warning
    paid_until = machine.paid_until
    if leash.hours is not None:
        ends = leased_at + timedelta(hours=leash.hours)
        if machine.ends_at is None or ends < machine.ends_at:
            warning = f"the Console ends it at {rfc3339(ends)} ({leash.hours} h), which topup moves"
        paid_until = ends
    limit = None if leash.hours is None else Decimal(leash.hours)
    note = "; ".join(filter(None, (machine.note, warning)))
    return msgspec.structs.replace(machine, paid_until=paid_until, limit_hours=limit, note=note)
