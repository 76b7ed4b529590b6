"""The groups that an SDL asks for, as they go on the chain."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ..spec import Attribute, Coin, Endpoint, GroupSpec, Resources, Storage, Unit
from . import sdl as source

DENOM = "uact"
_KINDS = ("SHARED_HTTP", "RANDOM_PORT", "LEASED_IP")


def group_specs(sdl: source.Sdl) -> tuple[GroupSpec, ...]:
    """One a placement, sorted by name; services with one profile share a unit of it."""
    return tuple(_group(sdl, name) for name in sorted({name for row in sdl.deployment.values() for name in row}))


def resources_of(sdl: source.Sdl, service: source.Service, profile: str, number: int) -> Resources:
    """What one replica of `service` takes, as unit `number` of its group."""
    asked = sdl.profiles.compute[profile].resources
    volumes = (asked.storage,) if isinstance(asked.storage, source.Storage) else asked.storage
    return Resources(
        id=number,
        cpu=source.cpu_milli(asked.cpu.units),
        cpu_attributes=_attributes(asked.cpu.attributes),
        memory=source.size_bytes(asked.memory.size),
        storage=tuple(_volume(row) for row in volumes),
        gpu=int(asked.gpu.units),
        gpu_attributes=tuple(Attribute(key=key, value="true") for key in _gpu_keys(asked.gpu)),
        endpoints=tuple(_endpoints(service, ip_numbers(sdl))),
    )


def placed(sdl: source.Sdl, placement: str) -> Iterator[tuple[str, source.Replicas]]:
    """The services of a placement, sorted by name."""
    for name in sorted(sdl.services):
        if placement in sdl.deployment.get(name, {}):
            yield name, sdl.deployment[name][placement]


def unit_numbers(sdl: source.Sdl, placement: str) -> dict[str, int]:
    """Profile -> the number of its unit in the group, from one."""
    numbers: dict[str, int] = {}
    for _, replicas in placed(sdl, placement):
        numbers.setdefault(replicas.profile, len(numbers) + 1)
    return numbers


def ip_numbers(sdl: source.Sdl) -> dict[str, int]:
    """Leased addresses -> their numbers, from one."""
    exposed = [row for service in sdl.services.values() for row in service.expose]
    names = sorted(to.ip for row in exposed for to in row.to if to.global_ and to.ip)
    return {name: number for number, name in enumerate(names, start=1)}


def _group(sdl: source.Sdl, placement: str) -> GroupSpec:
    asked = sdl.profiles.placement[placement]
    numbers = unit_numbers(sdl, placement)
    units: dict[str, Unit] = {}
    for name, replicas in placed(sdl, placement):
        made = _unit(sdl, asked, sdl.services[name], replicas, numbers[replicas.profile])
        units[replicas.profile] = _joined(units.get(replicas.profile), made)
    return GroupSpec(
        name=placement,
        attributes=_attributes(asked.attributes),
        signed_by_all_of=asked.signed_by.all_of,
        signed_by_any_of=asked.signed_by.any_of,
        resources=tuple(units.values()),
    )


def _unit(
    sdl: source.Sdl, asked: source.Placement, service: source.Service, replicas: source.Replicas, number: int
) -> Unit:
    price = Coin(denom=DENOM, amount=source.price_amount(asked.pricing[replicas.profile]))
    return Unit(resource=resources_of(sdl, service, replicas.profile, number), count=replicas.count, price=price)


def _joined(first: Unit | None, second: Unit) -> Unit:
    """One unit for two services; endpoints by kind, then by number."""
    before = first.resource.endpoints if first else ()
    ways = sorted((*before, *second.resource.endpoints), key=lambda way: (_KINDS.index(way.kind), way.sequence_number))
    resource = msgspec.structs.replace(second.resource, endpoints=tuple(ways))
    return msgspec.structs.replace(second, resource=resource, count=second.count + (first.count if first else 0))


def _volume(asked: source.Storage) -> Storage:
    attributes = dict(asked.attributes)
    if attributes.get("class") == "ram":
        attributes.setdefault("persistent", False)
    return Storage(name=asked.name, quantity=source.size_bytes(asked.size), attributes=_attributes(attributes))


def _gpu_keys(gpu: source.Gpu) -> Iterator[str]:
    """`vendor/nvidia/model/h100/ram/80Gi`, in the file's order within a vendor."""
    for vendor, models in sorted(gpu.attributes.vendor.items()) if gpu.attributes else ():
        if models is None:
            yield f"vendor/{vendor}/model/*"
        for row in models or ():
            ram = f"/ram/{row.ram}" if row.ram else ""
            yield f"vendor/{vendor}/model/{row.model}{ram}" + (f"/interface/{row.interface}" if row.interface else "")


def _endpoints(service: source.Service, numbers: Mapping[str, int]) -> Iterator[Endpoint]:
    for expose in service.expose:
        for to in expose.to:
            if to.global_:
                yield Endpoint(kind=_KINDS[not _is_ingress(expose)])
            if to.global_ and to.ip:
                yield Endpoint(kind="LEASED_IP", sequence_number=numbers[to.ip])


def _is_ingress(expose: source.Expose) -> bool:
    return expose.proto.upper() == "TCP" and (expose.as_ or expose.port) == 80


def _attributes(asked: Mapping[str, Any]) -> tuple[Attribute, ...]:
    return tuple(Attribute(key=key, value=_text(value)) for key, value in sorted(asked.items()))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
