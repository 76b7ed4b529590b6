"""Diff: what a change of inputs, or a broken machine, means. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ...providers.base import MachineState
from ..machines import SECRETS, MachineInputs

REPLACING = ("deployment", "name", "replace")
"""Inputs that make another machine. `replace` is a digest over all that a seller is told."""

COVERED = frozenset({"image", "disk_gib", "ssh_public_key", *SECRETS})
"""Inputs that `replace` answers for."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Names of what changed: what forces a new machine, and what is only noted."""

    replaces: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def none(self) -> bool:
        """Whether nothing changed."""
        return not self.replaces and not self.notes


def difference(outputs: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """Compare inputs `before` and `after`; a machine that has `failed` is replaced in any case."""
    changed = [name for name in MachineInputs.__struct_fields__ if before.get(name) != after.get(name)]
    replaces = [name for name in changed if name in REPLACING]
    if outputs.get("state") == MachineState.FAILED.value:
        replaces.append("state")
    notes = [name for name in changed if name not in REPLACING and name not in COVERED]
    return Difference(replaces=tuple(replaces), notes=tuple(notes))
