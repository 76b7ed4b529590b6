"""What `POST /v1/bid-screening` takes (console: apps/api/src/bid-screening/http-schemas at d84c9e93d)."""

import base64
import re
from decimal import Decimal
from typing import Annotated
from zoneinfo import available_timezones

import msgspec

from ..spec import Attribute, Coin, GroupSpec, Resources, Storage, Unit
from .bodies import parse
from .refusals import unfit

_DIGITS = re.compile(r"[0-9]+")

Key = Annotated[str, msgspec.Meta(pattern=r"^([a-zA-Z][\w/.-]{1,126}[\w*]?)$")]


class AskedAttribute(msgspec.Struct, frozen=True):
    """A key and its value."""

    key: Key
    value: str


class AskedValue(msgspec.Struct, frozen=True):
    """A number as text."""

    val: Annotated[str, msgspec.Meta(max_length=80)]


class AskedUnits(msgspec.Struct, frozen=True):
    """Cores, in thousandths, or devices."""

    units: AskedValue
    attributes: tuple[AskedAttribute, ...] = ()


class AskedQuantity(msgspec.Struct, frozen=True):
    """Bytes."""

    quantity: AskedValue
    attributes: tuple[AskedAttribute, ...] = ()


class AskedVolume(msgspec.Struct, frozen=True):
    """A volume."""

    name: str
    quantity: AskedValue
    attributes: tuple[AskedAttribute, ...] = ()


class AskedResource(msgspec.Struct, frozen=True):
    """Of one replica."""

    id: int
    cpu: AskedUnits
    memory: AskedQuantity
    gpu: AskedUnits
    storage: tuple[AskedVolume, ...]


class AskedPrice(msgspec.Struct, frozen=True):
    """Whole numbers alone: this service takes no fractions."""

    denom: str
    amount: Annotated[str, msgspec.Meta(pattern=r"^\d+$")]


class AskedUnit(msgspec.Struct, frozen=True):
    """Replicas of one kind."""

    resource: AskedResource
    count: Annotated[int, msgspec.Meta(ge=1)]
    price: AskedPrice


class AskedSignedBy(msgspec.Struct, frozen=True, rename="camel"):
    """Auditors."""

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()


class AskedRequirements(msgspec.Struct, frozen=True, rename="camel"):
    """Of the provider."""

    signed_by: AskedSignedBy = AskedSignedBy()
    attributes: tuple[AskedAttribute, ...] = ()


class Screening(msgspec.Struct, frozen=True, rename="camel"):
    """The whole question."""

    resources: tuple[AskedUnit, ...]
    timezone: str
    requirements: AskedRequirements = AskedRequirements()
    reclamation_window: Annotated[int, msgspec.Meta(gt=0)] | None = None


def read_screening(body: bytes) -> Screening:
    """Raises the Console's refusal for a body that is wrong."""
    asked = parse(body, Screening)
    if asked.timezone not in available_timezones():
        raise unfit(("timezone",), "Timezone is not supported")
    return asked


def group_spec(asked: Screening) -> GroupSpec:
    """The same as a group of a deployment."""
    signed = asked.requirements.signed_by
    return GroupSpec(
        name="screening",
        attributes=_attributes(asked.requirements.attributes),
        signed_by_all_of=signed.all_of,
        signed_by_any_of=signed.any_of,
        resources=tuple(_unit(row) for row in asked.resources),
    )


def _unit(asked: AskedUnit) -> Unit:
    row = asked.resource
    resource = Resources(
        id=row.id,
        cpu=_number(row.cpu.units),
        memory=_number(row.memory.quantity),
        storage=tuple(Storage(name=volume.name, quantity=_number(volume.quantity)) for volume in row.storage),
        gpu=_number(row.gpu.units),
        gpu_attributes=_attributes(row.gpu.attributes),
    )
    return Unit(
        resource=resource,
        count=asked.count,
        price=Coin(denom=asked.price.denom, amount=Decimal(asked.price.amount)),
    )


def _number(value: AskedValue) -> int:
    """Digits, or the same in base64 as protobuf's JSON has them."""
    text = value.val
    if not _DIGITS.fullmatch(text):
        padded = text + "=" * (-len(text) % 4)
        text = base64.b64decode(padded, validate=False).decode("utf-8", errors="replace")
    if not _DIGITS.fullmatch(text):
        raise unfit(("resources",), "Must be a non-negative integer or its protobuf base64-encoded representation")
    return int(text)


def _attributes(rows: tuple[AskedAttribute, ...]) -> tuple[Attribute, ...]:
    return tuple(Attribute(key=row.key, value=row.value) for row in rows)
