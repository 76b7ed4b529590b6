"""What is for sale, from `sandbox/catalog/lambda.toml`."""

import tomllib
from pathlib import Path

import msgspec

CATALOG = Path(__file__).parent.parent / "catalog" / "lambda.toml"


class Specs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of the whole instance."""

    vcpus: int
    memory_gib: int
    storage_gib: int
    gpus: int


class StockedType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One type; `capacity` is how many a region has in all."""

    gpu_description: str
    price_cents_per_hour: int
    specs: Specs
    capacity: dict[str, int]


class Stock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole catalogue, with where its prices were read and when."""

    source: str
    observed: str
    regions: dict[str, str]
    types: dict[str, StockedType]


def load_stock(path: Path = CATALOG) -> Stock:
    """The catalogue, checked."""
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Stock)
