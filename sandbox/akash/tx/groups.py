"""A GroupSpec as it travels into one as the market keeps it."""

from decimal import Decimal
from typing import Any

from ..refusals import deployment as refused
from ..refusals import sdk
from ..spec import Attribute, Coin, Endpoint, GroupSpec, Resources, Storage, Unit
from .decoding import whole

KINDS = ("SHARED_HTTP", "RANDOM_PORT", "LEASED_IP")
_ATTO = Decimal(10) ** 18


def group_spec(message: Any) -> GroupSpec:
    """Raises the chain's refusal for a number that is none."""
    needs = message.requirements
    return GroupSpec(
        name=message.name,
        attributes=_attributes(needs.attributes),
        signed_by_all_of=tuple(needs.signed_by.all_of),
        signed_by_any_of=tuple(needs.signed_by.any_of),
        resources=tuple(_unit(row) for row in message.resources),
    )


def price(message: Any) -> Coin:
    """A DecCoin: a whole number of 10^-18."""
    return Coin(denom=message.denom, amount=Decimal(whole(message.amount.encode())) / _ATTO)


def _unit(message: Any) -> Unit:
    return Unit(resource=_resources(message.resource), count=message.count, price=price(message.price))


def _resources(message: Any) -> Resources:
    for part in ("cpu", "memory", "gpu"):
        if not message.HasField(part):
            raise refused(7, f"error: invalid unit {part}, cannot be nil: Invalid groups")
    return Resources(
        id=message.id,
        cpu=whole(message.cpu.units.val),
        cpu_attributes=_attributes(message.cpu.attributes),
        memory=whole(message.memory.quantity.val),
        memory_attributes=_attributes(message.memory.attributes),
        gpu=whole(message.gpu.units.val),
        gpu_attributes=_attributes(message.gpu.attributes),
        storage=tuple(_storage(row) for row in message.storage),
        endpoints=tuple(
            Endpoint(kind=_kind(row.kind), sequence_number=row.sequence_number) for row in message.endpoints
        ),
    )


def _storage(message: Any) -> Storage:
    return Storage(name=message.name, quantity=whole(message.quantity.val), attributes=_attributes(message.attributes))


def _attributes(rows: Any) -> tuple[Attribute, ...]:
    return tuple(Attribute(key=row.key, value=row.value) for row in rows)


def _kind(number: int) -> str:
    if not 0 <= number < len(KINDS):
        raise sdk(2, f"unknown endpoint kind {number}: tx parse error")
    return KINDS[number]
