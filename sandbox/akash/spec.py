"""What a deployment asks for: the chain's GroupSpec, in its own field names."""

from decimal import Decimal

import msgspec


class Coin(msgspec.Struct, frozen=True, kw_only=True):
    """An amount of one denomination; whole for balances, with up to 18 places for prices."""

    denom: str
    amount: Decimal


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """A key and its value."""

    key: str
    value: str


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    """A volume; `quantity` in bytes."""

    name: str
    quantity: int
    attributes: tuple[Attribute, ...] = ()


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """`SHARED_HTTP`, `RANDOM_PORT` or `LEASED_IP`."""

    kind: str
    sequence_number: int = 0


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    """Of one service: `cpu` in thousandths, `memory` in bytes, `gpu` in devices."""

    id: int
    cpu: int
    memory: int
    storage: tuple[Storage, ...]
    gpu: int = 0
    cpu_attributes: tuple[Attribute, ...] = ()
    memory_attributes: tuple[Attribute, ...] = ()
    gpu_attributes: tuple[Attribute, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """`count` times `resource`, each for at most `price` a block."""

    resource: Resources
    count: int
    price: Coin


class GroupSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One placement."""

    name: str
    attributes: tuple[Attribute, ...] = ()
    signed_by_all_of: tuple[str, ...] = ()
    signed_by_any_of: tuple[str, ...] = ()
    resources: tuple[Unit, ...]

    @property
    def price(self) -> Decimal:
        """The most that the whole group may cost a block."""
        return sum((unit.price.amount * unit.count for unit in self.resources), Decimal(0))

    @property
    def gpus(self) -> int:
        """Devices in all."""
        return sum(unit.resource.gpu * unit.count for unit in self.resources)
