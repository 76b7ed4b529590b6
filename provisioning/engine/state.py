"""The engine's exported deployment, read into machines."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from ...core.errors import ResourceError
from ...core.shapes import ready
from ..machines import RESOURCE_TYPE, MachineInputs, MachineRecord
from ..plugin import signatures

AwareMoment = Annotated[datetime, msgspec.Meta(tz=True)]


class PendingCreate(msgspec.Struct, frozen=True, kw_only=True):
    """A create call that the engine began and never saw the end of."""

    urn: str
    inputs: MachineInputs


def records(deployment: Mapping[str, Any]) -> list[MachineRecord]:
    """Every machine in an export, without secrets and without those already deleted for a replacement."""
    resources = _inner(deployment).get("resources") or []
    return [_record(row) for row in resources if row.get("type") == RESOURCE_TYPE and not row.get("pendingReplacement")]


def pending_creates(deployment: Mapping[str, Any]) -> list[PendingCreate]:
    """The interrupted creates in an export: must be resolved before any `up` or `destroy`."""
    operations = _inner(deployment).get("pending_operations") or []
    return [
        PendingCreate(urn=row["resource"]["urn"], inputs=_inputs(row["resource"]))
        for row in operations
        if row.get("type") == "creating" and row["resource"].get("type") == RESOURCE_TYPE
    ]


def _inner(deployment: Mapping[str, Any]) -> Mapping[str, Any]:
    inner: Mapping[str, Any] = deployment.get("deployment") or {}
    return inner


def _record(row: Mapping[str, Any]) -> MachineRecord:
    return MachineRecord(
        urn=row["urn"],
        id=row.get("id", ""),
        inputs=_inputs(row),
        outputs=_open(row.get("outputs") or {}),
        problems=tuple(row.get("initErrors") or ()),
        told_at=_moment(row.get("modified") or row.get("created")),
    )


def _moment(stamp: Any) -> datetime | None:
    """The engine's time stamp; one that is nothing of the kind is as good as none."""
    try:
        return msgspec.convert(stamp, AwareMoment).astimezone(UTC).replace(microsecond=0)
    except msgspec.ValidationError:
        return None


def _inputs(row: Mapping[str, Any]) -> MachineInputs:
    try:
        return msgspec.convert(_open(row.get("inputs") or {}), ready(MachineInputs))
    except msgspec.ValidationError as error:
        raise ResourceError(
            "The state holds a machine that cannot be read",
            why=f"{row.get('urn')}: {error}",
            fix="pulumi stack export, and see which version of ampacity wrote it",
            code="AMP-STATE",
        ) from error


def _open(value: Any) -> Any:
    """`value` without what is encrypted: a secret reads as `None`."""
    if isinstance(value, dict):
        if value.get(signatures.KEY) == signatures.SECRET:
            return None
        return {key: _open(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_open(part) for part in value]
    return value
