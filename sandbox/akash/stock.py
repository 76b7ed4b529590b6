"""Who sells, from `sandbox/catalog/akash.toml`."""

import hashlib
import tomllib
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import product
from pathlib import Path

import msgspec

from .bech32 import address_of
from .rows import Provider
from .spec import Attribute

CATALOG = Path(__file__).parent.parent / "catalog" / "akash.toml"


class Manner(StrEnum):
    """How a bidder behaves."""

    HONEST = "honest"
    LIES = "lies"
    """Registered for the GPU, and offers another in its bid."""
    REFUSES_MANIFEST = "refuses-manifest"
    """Its gateway takes no manifest."""
    OLD_DENOMINATION = "old-denomination"
    """Its bid is one of those left over from before the market had one denomination."""


class StockedGpu(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model; `interface` as an SDL says it."""

    ram: str
    interface: str
    units: int
    usd_per_hour: Decimal


class Bidder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One provider. Its address is made from its name."""

    name: str
    manner: Manner
    region: str
    country: str
    audited: bool
    delay_seconds: float
    gpus: dict[str, StockedGpu]
    window_seconds: int | None = None

    @cached_property
    def address(self) -> str:
        """An account that nobody has the key of."""
        return address_of(hashlib.sha256(f"ampacity sandbox {self.name}".encode()).digest()[:20])


class Stock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them, with where the prices were read and when."""

    source: str
    observed: str
    auditor: str
    cpu_usd_per_hour: Decimal
    bidders: tuple[Bidder, ...]


def load_stock(path: Path = CATALOG) -> Stock:
    """The catalogue, checked."""
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Stock)


def provider_row(stock: Stock, bidder: Bidder) -> Provider:
    """As it registers; where its gateway listens is told once it does."""
    attributes = (
        Attribute(key="host", value="akash"),
        Attribute(key="organization", value=f"sandbox-{bidder.name}"),
        Attribute(key="country", value=bidder.country),
        Attribute(key="location-region", value=bidder.region),
        *(Attribute(key=f"capabilities/gpu/{key}", value="true") for key in _gpu_keys(bidder)),
    )
    audits = {stock.auditor: attributes} if bidder.audited else {}
    uri = f"https://provider.{bidder.name}.invalid:8443"
    return Provider(address=bidder.address, host_uri=uri, attributes=attributes, audits=audits)


def gpu_key(model: str, gpu: StockedGpu, *, ram: bool = True, interface: bool = True) -> str:
    """`vendor/nvidia/model/h100/ram/80Gi/interface/sxm`, or less of it."""
    key = f"vendor/nvidia/model/{model}"
    return key + (f"/ram/{gpu.ram}" if ram else "") + (f"/interface/{gpu.interface}" if interface else "")


def _gpu_keys(bidder: Bidder) -> list[str]:
    """Each GPU in all four ways in which an order may ask for it."""
    ways = product((False, True), repeat=2)
    pairs = [(ram, interface) for ram, interface in ways]
    return [gpu_key(name, gpu, ram=ram, interface=face) for name, gpu in bidder.gpus.items() for ram, face in pairs]
