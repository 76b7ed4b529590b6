"""`sites.yaml` (`ampacity.sites/1`): sites, racks, feeds, nodes, and what power and space cost.

Strict: an unknown key is an error, and so is a figure without which another makes no sense.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from ...core.located import load_yaml

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")

Positive = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Basis(StrEnum):
    """Which figure of a node's power is planned with. The name plate is what it can take at most."""

    NAMEPLATE = "nameplate"
    MEASURED_PEAK = "measured_peak"
    CAPPED = "capped"


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One side of a rack's supply. `derate` is the share of the breaker's rating that may be used always."""

    volts: Positive
    amps: Positive
    phases: Literal[1, 3] = 3
    derate: Decimal = Decimal("0.8")
    power_factor: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        _within("derate", self.derate, 0, 1)
        _within("power_factor", self.power_factor, 0, 1)


class Power(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one node takes, in kW, by each basis that is known; `basis` says which one to plan with.

    With `capped`, the cap must be set on the GPUs by their owner.
    """

    nameplate_kw: Decimal
    measured_peak_kw: Decimal | None = None
    capped_kw: Decimal | None = None
    basis: Basis = Basis.NAMEPLATE

    def __post_init__(self) -> None:
        for name in ("nameplate_kw", "measured_peak_kw", "capped_kw"):
            value = getattr(self, name)
            if value is not None:
                _within(name, value, 0, 1000)
        if getattr(self, f"{self.basis.value}_kw") is None:
            raise ValueError(f"basis {self.basis.value} needs {self.basis.value}_kw")

    @property
    def planned_kw(self) -> Decimal:
        """The figure of the chosen basis."""
        kw: Decimal = getattr(self, f"{self.basis.value}_kw")
        return kw


class Gpus(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The GPUs of one node; `memory_gib` is of each."""

    model: Text
    count: Annotated[int, msgspec.Meta(ge=1, le=1024)]
    memory_gib: Annotated[int, msgspec.Meta(ge=1, le=1024)]
    interconnect: Text | None = None


class NodeType(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of node, by what it has of everything.

    `capital_usd_per_hour` is what its purchase costs an hour, where that is counted.
    """

    gpu: Gpus
    power: Power
    vcpu: Positive | None = None
    ram_gib: Positive | None = None
    disk_gib: Positive | None = None
    capital_usd_per_hour: Decimal | None = None

    def __post_init__(self) -> None:
        if self.capital_usd_per_hour is not None:
            _within("capital_usd_per_hour", self.capital_usd_per_hour, 0, 10_000)


class Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One machine by name: its type, and how it is reached once it is on."""

    type: str
    address: Text | None = None
    ssh_user: Text = "root"


class Rack(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`redundancy: 2n` means that any one side must carry all; `n` that the sides add up.

    `other_kw` is what switches and storage in the rack take. `max_kw` is a limit beside the feeds',
    such as the cooling's.
    """

    feeds: Annotated[dict[str, Feed], msgspec.Meta(min_length=1)]
    nodes: Annotated[dict[str, Node], msgspec.Meta(min_length=1)]
    redundancy: Literal["2n", "n"] = "2n"
    other_kw: Decimal = Decimal(0)
    max_kw: Decimal | None = None

    def __post_init__(self) -> None:
        _names("node", self.nodes)
        _at_least_zero("other_kw", self.other_kw)
        if self.max_kw is not None:
            _within("max_kw", self.max_kw, 0, 100_000)


class Money(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Energy is paid by the kWh at the meter, which sees IT power times `pue`; space by the kW and month."""

    usd_per_kwh: Decimal
    pue: Decimal
    space_usd_per_kw_month: Decimal | None = None

    def __post_init__(self) -> None:
        _within("usd_per_kwh", self.usd_per_kwh, 0, 10)
        if not 1 <= self.pue <= 5:
            raise ValueError("pue is at least 1 and at most 5")
        if self.space_usd_per_kw_month is not None:
            _within("space_usd_per_kw_month", self.space_usd_per_kw_month, 0, 10_000)


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One place. `max_kw` is its limit of IT power; without `money` its prices are unknown."""

    region: Text
    racks: Annotated[dict[str, Rack], msgspec.Meta(min_length=1)]
    max_kw: Decimal | None = None
    money: Money | None = None

    def __post_init__(self) -> None:
        _names("rack", self.racks)
        if self.max_kw is not None:
            _within("max_kw", self.max_kw, 0, 1_000_000)
        nodes = [name for rack in self.racks.values() for name in rack.nodes]
        twice = sorted({name for name in nodes if nodes.count(name) > 1})
        if twice:
            raise ValueError(f"a node is in one rack only: {', '.join(twice)}")


class Sites(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"schema_": "schema"}):
    """The whole file. `ledger` is where reservations are kept, beside the file unless it says otherwise."""

    schema_: Literal["ampacity.sites/1"]
    node_types: Annotated[dict[str, NodeType], msgspec.Meta(min_length=1)]
    sites: Annotated[dict[str, Site], msgspec.Meta(min_length=1)]
    ledger: Path | None = None

    def __post_init__(self) -> None:
        _names("site", self.sites)
        _names("node type", self.node_types)
        for where, node in self._nodes():
            if node.type not in self.node_types:
                raise ValueError(f"{where} is of type {node.type!r}, which node_types does not have")

    def _nodes(self) -> list[tuple[str, Node]]:
        return [
            (f"sites.{site_name}.racks.{rack_name}.nodes.{name}", node)
            for site_name, site in self.sites.items()
            for rack_name, rack in site.racks.items()
            for name, node in rack.nodes.items()
        ]


def load_sites(path: Path) -> Sites:
    """The file, checked. Raises `UsageError` naming file, line and key."""
    return load_yaml(path, Sites)


def ledger_path(path: Path, sites: Sites) -> Path:
    """Where the reservations of the file at `path` are kept."""
    if sites.ledger is not None:
        return path.parent / sites.ledger.expanduser()
    return path.with_name(f"{path.stem}.ledger.sqlite3")


def _names(what: str, names: Iterable[str]) -> None:
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{what} {name!r}: lower-case letters, digits and dashes, at most 40")


def _within(name: str, value: Decimal, above: int, most: int) -> None:
    if not above < value <= most:
        raise ValueError(f"{name} is more than {above} and at most {most}")


def _at_least_zero(name: str, value: Decimal) -> None:
    if not 0 <= value <= 100_000:
        raise ValueError(f"{name} is at least 0 and at most 100000")
