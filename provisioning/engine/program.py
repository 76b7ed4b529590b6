"""The inline program: it registers one resource a machine and nothing else.

Import it lazily: it brings the SDK.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pulumi

from ..machines import RESOURCE_TYPE, MachineInputs
from ..plugin.identity import VERSION


def program_of(machines: Sequence[MachineInputs], ready_seconds: int) -> Callable[[], None]:
    """What the engine runs. `user_data` is a secret: encrypted in state, `[secret]` in events."""

    def program() -> None:
        for machine in machines:
            options = pulumi.ResourceOptions(
                version=VERSION, custom_timeouts=pulumi.CustomTimeouts(create=f"{ready_seconds}s")
            )
            pulumi.CustomResource(RESOURCE_TYPE, machine.name, properties_of(machine), options)

    return program


def properties_of(machine: MachineInputs) -> dict[str, Any]:
    """`machine` as plain JSON data, decimals as strings, `user_data` marked secret."""
    plain: dict[str, Any] = msgspec.to_builtins(machine, str_keys=True)
    secret = plain.pop("user_data")
    if secret is not None:
        plain["user_data"] = pulumi.Output.secret(secret)
    return plain
