"""Groups: what of an SDL goes on the chain, one group a placement."""

from collections import defaultdict
from decimal import Decimal

import msgspec

from .compiled import Attribute, Group, Storage, Unit
from .exposes import endpoints, in_order, sequence_numbers
from .schema import Placed, Placement, Resources, Sdl, VolumeAttributes


class PlacedService(msgspec.Struct, frozen=True, kw_only=True):
    """One service in one placement, with its own resources; `unit.id` is that of the group's unit."""

    name: str
    unit: Unit


def place(sdl: Sdl) -> dict[str, tuple[PlacedService, ...]]:
    """What is placed where, placements and services in order of name.

    Services of one placement that share a profile share a unit, as the TypeScript client has it
    (the Go client merges them from version 2.1 on only).
    """
    numbers = sequence_numbers(sdl)
    found: dict[str, list[PlacedService]] = defaultdict(list)
    units: dict[tuple[str, str], int] = {}
    for service in sorted(sdl.deployment):
        for where, placed in sdl.deployment[service].items():
            taken = sum(1 for place, _ in units if place == where)
            number = units.setdefault((where, placed.profile), taken + 1)
            unit = _unit(sdl, placed, where, number)
            ways = endpoints(sdl.services[service], numbers)
            found[where].append(PlacedService(name=service, unit=msgspec.structs.replace(unit, endpoints=ways)))
    return {where: tuple(found[where]) for where in sorted(found)}


def group(sdl: Sdl, name: str, services: tuple[PlacedService, ...]) -> Group:
    """The group of the placement `name`."""
    placement = sdl.profiles.placement[name]
    return Group(
        name=name,
        attributes=_requirements(sdl, placement, services),
        signed_by_all=placement.signed_by.all_of,
        signed_by_any=placement.signed_by.any_of,
        units=_merged(services),
    )


def _merged(services: tuple[PlacedService, ...]) -> tuple[Unit, ...]:
    """One unit for each id: counts added, ways in put together and ordered."""
    by_id: dict[int, list[Unit]] = defaultdict(list)
    for service in services:
        by_id[service.unit.id].append(service.unit)
    return tuple(
        msgspec.structs.replace(
            units[0],
            count=sum(unit.count for unit in units),
            endpoints=in_order(way for unit in units for way in unit.endpoints),
        )
        for _, units in sorted(by_id.items())
    )


def _unit(sdl: Sdl, placed: Placed, where: str, number: int) -> Unit:
    resources = sdl.profiles.compute[placed.profile].resources
    price = sdl.profiles.placement[where].pricing[placed.profile]
    arch = resources.cpu.attributes
    return Unit(
        id=number,
        cpu_milli=int(resources.cpu.units.number),
        cpu_attributes=(Attribute(key="arch", value=arch.arch),) if arch else (),
        memory_bytes=int(resources.memory.size.number),
        storage=_volumes(resources),
        gpu_units=resources.gpu_units,
        gpu_attributes=_gpus(resources),
        endpoints=(),
        count=placed.count,
        denom=price.denom,
        price_per_block=Decimal(price.amount.number),
    )


def _volumes(resources: Resources) -> tuple[Storage, ...]:
    return tuple(
        Storage(name=volume.name, size_bytes=int(volume.size.number), attributes=_kind(volume.attributes))
        for volume in resources.volumes
    )


def _kind(attributes: VolumeAttributes | None) -> tuple[Attribute, ...]:
    if attributes is None:
        return ()
    persistent = "true" if attributes.persistent.number else "false"
    return (Attribute(key="class", value=attributes.class_), Attribute(key="persistent", value=persistent))


def _gpus(resources: Resources) -> tuple[Attribute, ...]:
    """The models in the order of the file, as the TypeScript client has them."""
    if resources.gpu is None or resources.gpu.attributes is None:
        return ()
    models = resources.gpu.attributes.vendor.nvidia
    keys = ["vendor/nvidia/model/*"] if models is None else [model.key for model in models]
    return tuple(Attribute(key=key, value="true") for key in keys)


def _requirements(sdl: Sdl, placement: Placement, services: tuple[PlacedService, ...]) -> tuple[Attribute, ...]:
    wanted = {key: _text(value) for key, value in placement.attributes.items()}
    for service in services:
        params = sdl.services[service.name].params
        if params and params.tee:
            wanted["tee/type"] = params.tee
    return tuple(Attribute(key=key, value=value) for key, value in sorted(wanted.items()))


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
