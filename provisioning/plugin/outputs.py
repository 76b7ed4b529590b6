"""What the state keeps of a machine beside its inputs: plain data, nothing secret."""

from typing import Any

import msgspec

from ...providers.base import Machine, MachineOrder, MachineState, Token

_KEPT = (
    "state",
    "address",
    "ssh_user",
    "ssh_port",
    "usd_per_hour",
    "created_at",
    "ends_at",
    "self_ending",
    "paid_until",
    "limit_hours",
    "held_usd",
    "spent_usd",
    "note",
)

SEEN = ("state", "address", "ssh_user", "ssh_port", "urls")
"""What only shows where a machine can be looked at."""


def outputs_of(machine: Machine, token: Token) -> dict[str, Any]:
    """The outputs of a machine that its seller has reported."""
    plain = msgspec.to_builtins(machine)
    kept = {key: plain[key] for key in _KEPT}
    return kept | {"urls": list(machine.urls), "token": token, "region": machine.ref.region, "zone": machine.ref.zone}


def outputs_as_it_ran(outputs: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The `outputs` of one that nobody can see now, which is no sign of a change: as it was `before` in the rest."""
    return outputs | {key: before[key] for key in SEEN if key in before}


def unknown_outputs(order: MachineOrder) -> dict[str, Any]:
    """The outputs of a machine of which it is not known whether it was made."""
    return {"token": order.labels.token, "region": order.offer.region, "zone": order.offer.zone}


def problems_of(machine: Machine) -> list[str]:
    """Why `machine` is not ready, empty where it runs."""
    if machine.state is MachineState.RUNNING:
        return []
    note = f": {machine.note}" if machine.note else ""
    return [f"{machine.provider} reports {machine.ref.id} as {machine.state.value}{note}"]
