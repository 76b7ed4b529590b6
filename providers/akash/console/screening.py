"""Who could take an order now: asked of the Console before any order is out. It tells no prices.

It fits the order into every provider's present stock, node by node, and so knows better than any
count whether there will be bids (console `apps/provider-inventory`, AEP-67).
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from ..sdl.compiled import Attribute, Group, Storage, Unit
from .client import ConsoleApi
from .wire import Screened, Screening

ANY_PRICE = "10000000"
"""The most that the chain takes for a unit. The form wants a price; nothing is done with it."""


def screen(api: ConsoleApi, group: Group, *, locations: Sequence[str] = ()) -> tuple[Screened, ...]:
    """The providers that could take `group` now, in the `locations` (globs; none means anywhere).

    Raises `ProviderError`.
    """
    found = api.look("/v1/bid-screening", Screening, body=screening_body(group)).providers
    return tuple(seller for seller in found if _stands_in(seller, locations))


def screening_body(group: Group) -> dict[str, Any]:
    """The question, as console `bid-screening.schema.ts` wants it: numbers of resources as text."""
    return {
        "resources": [
            {"resource": _resource(unit), "count": unit.count, "price": {"denom": unit.denom, "amount": ANY_PRICE}}
            for unit in group.units
        ],
        "requirements": {
            "signedBy": {"allOf": list(group.signed_by_all), "anyOf": list(group.signed_by_any)},
            "attributes": _attributes(group.attributes),
        },
        "timezone": "UTC",
    }


def _resource(unit: Unit) -> dict[str, Any]:
    return {
        "id": unit.id,
        "cpu": {"units": _number(unit.cpu_milli), "attributes": _attributes(unit.cpu_attributes)},
        "memory": {"quantity": _number(unit.memory_bytes), "attributes": _attributes(unit.memory_attributes)},
        "gpu": {"units": _number(unit.gpu_units), "attributes": _attributes(unit.gpu_attributes)},
        "storage": [_volume(volume) for volume in unit.storage],
        "endpoints": [{"kind": end.kind, "sequence_number": end.sequence_number} for end in unit.endpoints],
    }


def _volume(volume: Storage) -> dict[str, Any]:
    return {
        "name": volume.name,
        "quantity": _number(volume.size_bytes),
        "attributes": _attributes(volume.attributes),
    }


def _number(value: int) -> dict[str, str]:
    return {"val": str(value)}


def _attributes(attributes: Sequence[Attribute]) -> list[dict[str, str]]:
    return [{"key": one.key, "value": one.value} for one in attributes]


def _stands_in(seller: Screened, locations: Sequence[str]) -> bool:
    """A provider that does not say where it stands is nowhere in particular."""
    return not locations or any(fnmatchcase(seller.location or "", glob) for glob in locations)
