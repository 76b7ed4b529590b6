"""The plan: a frozen value with a file form. Its identity is the sha256 of its canonical JSON.

Same input, same bytes: nothing here reads a clock, a disk or a die.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

import msgspec

from ..core.digests import Digest
from ..providers.base import BidRule, Offer
from .change import Parts


class Action(StrEnum):
    """What happens to one machine; the value is the mark that tables show."""

    ADD = "+"
    REPLACE = "±"
    KEEP = "="
    CHANGE = "~"
    REMOVE = "-"


MADE = frozenset({Action.ADD, Action.REPLACE})
"""What has to be bought for it."""
STAYS = frozenset({Action.KEEP, Action.CHANGE})
"""What goes on as the machine that it is."""


class FileRef(msgspec.Struct, frozen=True, kw_only=True):
    """A file that apply reads again: its path beside the plan, and the digest it must still have."""

    path: str
    digest: Digest


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """What runs, in a seller's own language, and the sellers that take it instead of image and user-data."""

    file: FileRef
    providers: tuple[str, ...]

    def digest_at(self, provider: str) -> Digest | None:
        """Its digest where `provider` takes it."""
        return self.file.digest if provider in self.providers else None


class RunningMachine(msgspec.Struct, frozen=True, kw_only=True):
    """A machine of the deployment as state and seller agree on it at planning time.

    `offer` is what it was bought by; `inputs` the digest of what forces a replacement (see
    `planning.change.replace_digest`), of which `parts` says what may be said; `alive` is false where
    its seller no longer has it, and `failed` true where it has one that will not run and is to be made anew.
    """

    name: str
    offer: Offer
    inputs: Digest
    alive: bool
    failed: bool = False
    ends_at: datetime | None = None
    self_ending: bool = False
    """Whether its seller or the machine itself ends it at `ends_at`, which then cannot be moved."""
    parts: Parts | None = None
    id: str | None = None
    """By which its seller knows it, so that a stale plan can say which machine is another one by now."""
    usd_per_hour: Decimal | None = None
    """What it costs an hour by its seller's word, which may not be its offer's price; `None` where it has none."""

    @property
    def price(self) -> Decimal | None:
        """What it costs an hour now: its seller's word, else what it was bought by; `None` is not known."""
        return self.offer.usd_per_hour if self.usd_per_hour is None else self.usd_per_hour


class BaseState(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan was made against: `digest` covers names, ids, inputs, and who is gone or failed."""

    deployment: str | None
    """The deployment's unique id, `None` where there is none yet."""
    digest: Digest
    machines: tuple[RunningMachine, ...] = ()
    ttl_hours: Decimal | None = None
    """How long the last applied plan let its machines run, `None` without an end or without a plan."""
    usd_so_far: Decimal | None = None
    """What its machines have cost until now, former ones included, up to whole cents; `None` is not known."""


class PlannedMachine(msgspec.Struct, frozen=True, kw_only=True):
    """One machine of the wanted end state. `offer` is the `id` of one in the plan's `offers`."""

    name: str
    offer: str
    action: Action
    reason: str = ""
    usd_per_hour_before: Decimal | None = None
    """What the machine that runs under this name costs now, `None` where none runs or its price is not known."""


class RemovedMachine(msgspec.Struct, frozen=True, kw_only=True):
    """One machine that will be gone."""

    name: str
    provider: str
    sku: str
    usd_per_hour: Decimal | None
    reason: str


class Auction(msgspec.Struct, frozen=True, kw_only=True):
    """For machines whose price is only known by auction: what apply may take."""

    machine: str
    ceiling_usd_per_hour: Decimal
    rule: BidRule


class Prepaid(msgspec.Struct, frozen=True, kw_only=True):
    """For machines that run on money paid ahead: what is locked at most when `machine` is made.

    Up to whole cents; `None` where its seller could not be asked. What is not used comes back. With `limit_hours`
    its seller pays on by itself, whatever is locked, and ends it so long after its bill began.
    """

    machine: str
    deposit_usd: Decimal | None
    limit_hours: Decimal | None = None


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Money. `before` is what runs now, `after` what will.

    `expected_usd` is `after` x the spec's hours, of a kept machine until its end at most.
    `worst_case_usd` is ceiling x time to the end, but a kept machine's price only until its own end, and
    no less of any machine than what is locked for it at first, or than what a seller that pays on by itself may
    spend until its limit; without an end what its sellers' own limits and the deposits come to, `None` where
    these end not all. `deposit_usd` is what is locked together, `None`
    where a part of it is not known.
    """

    usd_per_hour_before: Decimal
    usd_per_hour_after: Decimal
    usd_per_gpu_hour: Decimal
    expected_usd: Decimal
    ceiling_usd_per_hour: Decimal
    worst_case_usd: Decimal | None
    gpus: int
    nodes: int
    deposit_usd: Decimal | None = Decimal(0)
    bill_until_destroyed: int = 0
    """Machines that nothing but `destroy` ends: `worst_case_usd` holds where they are destroyed in time; 0, always."""


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """A limit that holds the plan where it is."""

    limit: str
    used: Decimal
    allowed: Decimal
    unit: str


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    """How many offers one rule removed, with the nearest miss in words."""

    rule: str
    offers: int
    example: str = ""


class Solution(msgspec.Struct, frozen=True, kw_only=True):
    """What the solver says of its own answer. `gap` 0 is proven best."""

    solver: str
    status: Literal["optimal", "feasible"]
    gap: Decimal


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"schema_": "schema"}):
    """`ampacity.plan/1`."""

    schema_: Literal["ampacity.plan/1"]
    tool: str
    name: str
    workload: str
    context: str
    spec: Digest
    created_at: datetime
    expires_at: datetime
    hours: Decimal
    ttl_hours: Decimal | None
    base: BaseState
    offers: tuple[Offer, ...]
    machines: tuple[PlannedMachine, ...]
    removed: tuple[RemovedMachine, ...]
    auctions: tuple[Auction, ...]
    totals: Totals
    binding: tuple[Binding, ...]
    excluded: tuple[Excluded, ...]
    solution: Solution
    images: dict[str, str]
    """Image by machine's provider; a provider that is not here gets `default`."""
    disk_gib: int
    ssh_public_key: str | None
    user_data: FileRef | None
    sites: str | None
    """The racks file, relative to the plan."""
    definition: Definition | None = None
    prepaid: tuple[Prepaid, ...] = ()
    warnings: tuple[str, ...] = ()

    def offer_of(self, machine: PlannedMachine) -> Offer:
        """The offer that `machine` is bought by."""
        return next(offer for offer in self.offers if offer.id == machine.offer)

    @property
    def spends(self) -> bool:
        """Whether applying it changes anything."""
        return bool(self.removed) or any(machine.action is not Action.KEEP for machine in self.machines)


__all__ = [
    "Action",
    "Auction",
    "BaseState",
    "Binding",
    "Definition",
    "Excluded",
    "FileRef",
    "Plan",
    "PlannedMachine",
    "Prepaid",
    "RemovedMachine",
    "RunningMachine",
    "Solution",
    "Totals",
]
