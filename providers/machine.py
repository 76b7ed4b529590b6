"""Machines: what is ordered, what comes back, how a seller's own list is matched with ours."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

import msgspec

from ..core.digests import Digest
from .offer import Market, Offer

Token = NewType("Token", str)
"""32 lower-case hex digits: which create call this is. Same token, same machine, at most one."""


class MachineState(StrEnum):
    """A machine's life in neutral terms."""

    PENDING = "pending"
    RUNNING = "running"
    STOPPING = "stopping"
    GONE = "gone"
    FAILED = "failed"


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a machine is. Rides on every cloud object as tags, labels or a name."""

    deployment: str
    """The deployment's unique id, 32 hex digits."""
    deployment_name: str
    machine: str
    """The machine's name in the plan, unique in the deployment."""
    plan: Digest
    token: Token


class MachineOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a create call needs. `image` is `default` or a seller's own name for an image.

    `user_data` may hold secrets: never logged, never in a plan. `ends_at` is when the machine
    must be gone, `None` for no end.
    """

    labels: Labels
    offer: Offer
    image: str
    disk_gib: int
    ssh_public_key: str | None = None
    user_data: str | None = None
    definition: str | None = None
    """A seller's own description of what runs, instead of image and user-data; may hold secrets as these may."""
    ends_at: datetime | None = None
    max_usd_per_hour: Decimal | None = None
    """For sellers that take a bid or a cap on this node's price."""


class MachineRef(msgspec.Struct, frozen=True, kw_only=True):
    """Where to find a machine again."""

    id: str
    region: str
    zone: str | None = None


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A machine as its seller reports it. `labels` is `None` for one that is not ours.

    `self_ending` says that the seller or the machine itself ends it at `ends_at`.
    """

    provider: str
    ref: MachineRef
    state: MachineState
    sku: str
    market: Market
    labels: Labels | None = None
    address: str | None = None
    ssh_user: str | None = None
    ssh_port: int = 22
    usd_per_hour: Decimal | None = None
    created_at: datetime | None = None
    ends_at: datetime | None = None
    self_ending: bool = False
    paid_until: datetime | None = None
    """When the money that was paid ahead is spent, or its seller's limit is reached, and it ends.

    `None` where nothing is prepaid, or it is not known.
    """
    limit_hours: Decimal | None = None
    """So long after its bill began its seller ends it, at `paid_until`, and until then pays on by itself: `PaysOn`."""
    held_usd: Decimal | None = None
    """What of that money is left, and comes back when the machine is deleted."""
    spent_usd: Decimal | None = None
    """What it has cost until now by its seller's own books; `None` where the seller does not say."""
    taken_back_at: datetime | None = None
    """When its seller, who has given notice, takes it back; `None` where there is no notice, or it names no hour."""
    unseen: str = ""
    """Why nobody can see how it does now, though it is surely there and bills: then `state` is only a guess."""
    urls: tuple[str, ...] = ()
    """Where services on it answer, beside SSH: such as `http://HOST` or `tcp HOST:PORT`."""
    note: str = ""
    """One line a person should know, such as `power is not switched yet`."""
