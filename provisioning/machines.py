"""What the engine manages: one resource a machine, its inputs in plain data."""

from datetime import datetime
from decimal import Decimal

import msgspec

from ..core.digests import Digest
from ..providers.base import Offer

RESOURCE_TYPE = "ampacity:index:Machine"
INTERRUPTED = "interrupted create"
"""The problem of a machine whose create call did not come to its end."""


class MachineInputs(msgspec.Struct, frozen=True, kw_only=True):
    """Inputs of one machine resource. The `SECRETS` among them are encrypted in state.

    Any change in `replace` makes a new machine; `plan`, `ends_at` and the price cap may change in
    place as notes (a seller's own timer is only set at creation; see `ends_at` in the docs).
    """

    name: str
    deployment: str
    deployment_name: str
    plan: Digest
    replace: Digest
    offer: Offer
    image: str
    disk_gib: int
    ssh_public_key: str | None = None
    user_data: str | None = None
    definition: str | None = None
    ends_at: datetime | None = None
    max_usd_per_hour: Decimal | None = None


def machine_end(inputs: MachineInputs, *, timer: datetime | None, self_ending: bool) -> datetime | None:
    """When a machine in state must be gone, `None` for never: what its inputs say, which an apply may move.

    What its seller noted at creation (`timer`) is old by then, and counts only where it ends the machine.
    """
    return timer if self_ending and timer is not None else inputs.ends_at


SECRETS = ("user_data", "definition")
"""What runs on the machine: it may hold passwords, so it is no part of journal, record or log."""


def without_secrets(inputs: MachineInputs) -> MachineInputs:
    """`inputs` as they may be written to disk."""
    return msgspec.structs.replace(inputs, user_data=None, definition=None)


class MachineRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One machine as the state has it. `id` is `pending:TOKEN` while its outcome is unknown."""

    urn: str
    id: str
    inputs: MachineInputs
    outputs: dict[str, object] = {}
    problems: tuple[str, ...] = ()
    """The engine's init errors: why the machine is not ready."""
    told_at: datetime | None = None
    """When what `outputs` say last changed; `None` where the state does not say."""

    @property
    def pending(self) -> bool:
        """Whether it is not yet known if the seller made this machine."""
        return self.id.startswith("pending:")

    @property
    def interrupted(self) -> bool:
        """Whether its create call did not come to its end: what it made is not settled."""
        return self.pending or INTERRUPTED in self.problems
