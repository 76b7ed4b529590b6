"""EC2's own objects as machines of ours. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..base import Machine, MachineRef, MachineState, Market
from .failures import nonsense
from .names import PROVIDER
from .tags import read_tags

VOLUME_SKU = "volume"
SPOT_REQUEST_SKU = "spot-request"

STATES = {
    "pending": MachineState.PENDING,
    "running": MachineState.RUNNING,
    "stopping": MachineState.STOPPING,
    "shutting-down": MachineState.STOPPING,
    "stopped": MachineState.FAILED,
    "terminated": MachineState.GONE,
}

LIVING = ("pending", "running", "stopping", "stopped")
"""States that bill and can come back. One that is shutting down does neither."""


def read_instance(row: Mapping[str, Any], region: str, ssh_user: str) -> Machine:
    """An instance, gone ones included. Raises `ProviderError` for a row without id or a known state."""
    state = STATES.get(str(row.get("State", {}).get("Name")))
    id_ = row.get("InstanceId")
    if state is None or not isinstance(id_, str):
        raise nonsense(f"{region}: an instance without an id or in an unknown state")
    marks = read_tags(row.get("Tags", ()))
    return Machine(
        provider=PROVIDER,
        ref=MachineRef(id=id_, region=region, zone=row.get("Placement", {}).get("AvailabilityZone")),
        state=state,
        sku=str(row.get("InstanceType", "")),
        market=Market.SPOT if row.get("InstanceLifecycle") == "spot" else Market.ON_DEMAND,
        labels=marks.labels,
        address=row.get("PublicIpAddress") or row.get("PrivateIpAddress"),
        ssh_user=ssh_user,
        usd_per_hour=marks.usd_per_hour,
        created_at=_moment(row.get("LaunchTime")),
        ends_at=marks.ends_at,
        self_ending=marks.ends_at is not None,  # the timer and the tag are set together, at creation
        note=_note(row, state),
    )


def read_volume(row: Mapping[str, Any], region: str) -> Machine:
    """A disk that outlived its machine: it bills, so it is reported and can be deleted as one."""
    return _leftover(str(row["VolumeId"]), VOLUME_SKU, region, row, "a disk without its machine")


def read_spot_request(row: Mapping[str, Any], region: str) -> Machine:
    """A spot request that may yet bring a machine."""
    return _leftover(
        str(row["SpotInstanceRequestId"]), SPOT_REQUEST_SKU, region, row, "a spot request that is still open"
    )


def _leftover(id_: str, sku: str, region: str, row: Mapping[str, Any], note: str) -> Machine:
    zone = row.get("AvailabilityZone") or row.get("LaunchedAvailabilityZone")
    return Machine(
        provider=PROVIDER,
        ref=MachineRef(id=id_, region=region, zone=zone),
        state=MachineState.PENDING if sku == SPOT_REQUEST_SKU else MachineState.RUNNING,
        sku=sku,
        market=Market.SPOT if sku == SPOT_REQUEST_SKU else Market.ON_DEMAND,
        labels=read_tags(row.get("Tags", ())).labels,
        created_at=_moment(row.get("CreateTime")),
        note=note,
    )


def _note(row: Mapping[str, Any], state: MachineState) -> str:
    if state is MachineState.FAILED:
        return "it was stopped; its disk still bills"
    return "" if row.get("PublicIpAddress") or state is not MachineState.RUNNING else "it has no public address"


def _moment(value: Any) -> datetime | None:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else None
