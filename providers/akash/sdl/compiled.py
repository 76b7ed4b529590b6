"""What an SDL becomes: the group that goes on the chain, and the manifest that goes to the provider."""

from decimal import Decimal

import msgspec


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """A key and its value."""

    key: str
    value: str


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    """A volume, in bytes."""

    name: str
    size_bytes: int
    attributes: tuple[Attribute, ...] = ()


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A way in: `SHARED_HTTP`, `RANDOM_PORT` or `LEASED_IP`."""

    kind: str
    sequence_number: int = 0


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """Resources of one service, how many of it, and the most that one may cost per block."""

    id: int
    cpu_milli: int
    memory_bytes: int
    storage: tuple[Storage, ...]
    gpu_units: int
    gpu_attributes: tuple[Attribute, ...]
    endpoints: tuple[Endpoint, ...]
    count: int
    denom: str
    price_per_block: Decimal
    cpu_attributes: tuple[Attribute, ...] = ()
    memory_attributes: tuple[Attribute, ...] = ()


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A placement: the chain's GroupSpec."""

    name: str
    attributes: tuple[Attribute, ...]
    signed_by_all: tuple[str, ...]
    signed_by_any: tuple[str, ...]
    units: tuple[Unit, ...]

    @property
    def price_per_block(self) -> Decimal:
        """The most that the whole group may cost per block."""
        return sum((unit.price_per_block * unit.count for unit in self.units), Decimal(0))


class Compiled(msgspec.Struct, frozen=True, kw_only=True):
    """An SDL with what follows from it. `manifest_hash` is sha256 of `manifest`, canonical JSON."""

    sdl: str
    groups: tuple[Group, ...]
    manifest: bytes
    manifest_hash: bytes
    warnings: tuple[str, ...] = ()
