"""Whether a manifest fits the groups on the chain (chain-sdk: go/manifest/v2beta3/groups.go)."""

from collections.abc import Sequence

import msgspec

from ....core.shapes import ready
from ..spec import GroupSpec, Resources, Unit

CROSS = "manifest cross-validation error"


class _Value(msgspec.Struct, frozen=True):
    val: str


class _Units(msgspec.Struct, frozen=True):
    units: _Value


class _Size(msgspec.Struct, frozen=True):
    size: _Value


class _Resources(msgspec.Struct, frozen=True):
    id: int
    cpu: _Units
    memory: _Size
    storage: tuple[_Size, ...]
    gpu: _Units
    endpoints: tuple[object, ...] | None = None

    def amounts(self) -> tuple[int, ...]:
        sizes = sorted(int(volume.size.val) for volume in self.storage)
        return (int(self.cpu.units.val), int(self.memory.size.val), int(self.gpu.units.val), *sizes)


class _Expose(msgspec.Struct, frozen=True):
    global_: bool = msgspec.field(name="global")


class _Service(msgspec.Struct, frozen=True):
    name: str
    count: int
    resources: _Resources
    expose: tuple[_Expose, ...] | None = None


class _Group(msgspec.Struct, frozen=True):
    name: str
    services: tuple[_Service, ...]


def misfit(manifest: object, specs: Sequence[GroupSpec]) -> str | None:
    """What is wrong, in the provider's words, or `None`. Raises `msgspec.ValidationError` for what is no manifest."""
    groups = msgspec.convert(manifest, ready(tuple[_Group, ...]))
    named = {spec.name: spec for spec in specs}
    if not any(way.global_ for group in groups for service in group.services for way in service.expose or ()):
        return "invalid manifest: zero global services"
    if len(groups) != len(named):
        return f"invalid manifest: group count mismatch ({len(groups)} != {len(named)})"
    for group in groups:
        if group.name not in named:
            return f"invalid manifest: unknown deployment group ('{group.name}')"
        for unit in named[group.name].resources:
            if not _fits(group, unit):
                return f'{CROSS}: group "{group.name}": resources ID ({unit.resource.id}) is used differently'
    return None


def _fits(group: _Group, unit: Unit) -> bool:
    users = [service for service in group.services if service.resources.id == unit.resource.id]
    wanted = _amounts(unit.resource)
    ways = sum(len(service.resources.endpoints or ()) for service in users)
    same = all(service.resources.amounts() == wanted for service in users)
    return same and ways == len(unit.resource.endpoints) and sum(service.count for service in users) == unit.count


def _amounts(resource: Resources) -> tuple[int, ...]:
    return (resource.cpu, resource.memory, resource.gpu, *sorted(volume.quantity for volume in resource.storage))
