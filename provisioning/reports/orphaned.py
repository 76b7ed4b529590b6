"""What `orphans` hands back."""

from datetime import datetime
from decimal import Decimal

import msgspec

NO_DEPLOYMENT = "no deployment here has its id"
"""Why a machine is an orphan that only `orphans --end` can end from here, once it is named."""


class Orphan(msgspec.Struct, frozen=True, kw_only=True):
    """A machine with our labels that no state here accounts for, or that is past its end."""

    provider: str
    region: str
    id: str
    deployment: str
    deployment_name: str
    machine: str
    why: str
    usd_per_hour: Decimal | None = None
    created_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def abandoned(self) -> bool:
        """Whether no verb that takes a deployment's name can reach it from here."""
        return self.why == NO_DEPLOYMENT


class OrphanReport(msgspec.Struct, frozen=True, kw_only=True):
    """`problems` has a line for every seller that could not be asked: then the list is not complete.

    So has it for every state that could not be read; `unread` is those lines alone.
    """

    orphans: tuple[Orphan, ...]
    asked: tuple[str, ...]
    problems: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class EndReport(msgspec.Struct, frozen=True, kw_only=True):
    """Which machines were ended, by id, and why others were not."""

    ended: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
