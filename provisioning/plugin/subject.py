"""The resource that a call is about."""

from typing import Any

import msgspec

from ...providers.base import MachineRef, MachineState, Token
from ..machines import MachineInputs
from ..tokens import placeholder_token


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A machine as the engine's state has it. `id` may be a placeholder."""

    urn: str
    id: str
    inputs: MachineInputs
    outputs: dict[str, Any]

    @property
    def pending(self) -> bool:
        """Whether it is not known that the machine was made."""
        return placeholder_token(self.id) is not None

    @property
    def token(self) -> Token:
        """The token of its create call."""
        return placeholder_token(self.id) or Token(str(self.outputs.get("token", "")))

    @property
    def running(self) -> bool:
        """Whether it was seen running."""
        return bool(self.outputs.get("state") == MachineState.RUNNING.value)

    @property
    def ref(self) -> MachineRef:
        """Where its seller finds it."""
        return MachineRef(
            id=self.id,
            region=self.outputs.get("region") or self.inputs.offer.region,
            zone=self.outputs.get("zone") or self.inputs.offer.zone,
        )
