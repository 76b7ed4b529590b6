"""A gateway's JSON, typed. Go writes empty lists and maps as `null`, so everything may be absent or null."""

from typing import Annotated, TypeVar

import msgspec

from ....core.shapes import ready
from .failures import GatewayError, Trouble

T = TypeVar("T")

Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class WireService(msgspec.Struct, frozen=True):
    """`ServiceStatus`."""

    available: Count = 0
    total: Count = 0
    uris: list[str | None] | None = None


class WirePort(msgspec.Struct, frozen=True, rename="camel"):
    """`ForwardedPortStatus`."""

    host: str | None = None
    port: Port = 0
    external_port: Port = 0
    proto: str | None = None


class WireLease(msgspec.Struct, frozen=True):
    """`LeaseStatus`. An address's keys are `IP` or `ip`, `ExternalPort` or `external_port`, by version."""

    services: dict[str, WireService | None] | None = None
    forwarded_ports: dict[str, list[WirePort | None] | None] | None = None
    ips: dict[str, list[dict[str, str | int | None] | None] | None] | None = None
    errors: list[str | None] | None = None


class WireIp(msgspec.Struct, frozen=True):
    """`LeasedIPStatus`, its keys brought to one form."""

    ip: str | None = None
    port: Port = 0
    externalport: Port = 0
    protocol: str | None = None


class WireObject(msgspec.Struct, frozen=True):
    """`LeaseEventObject`."""

    kind: str | None = None
    name: str | None = None


class WireEvent(msgspec.Struct, frozen=True):
    """`LeaseEvent`."""

    type: str | None = None
    reason: str | None = None
    note: str | None = None
    object: WireObject | None = None


def decode(data: bytes | str, kind: type[T]) -> T:
    """`data` as a `kind`. Raises `GatewayError` `NONSENSE`."""
    try:
        return msgspec.json.decode(data, type=ready(kind))
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise GatewayError(Trouble.NONSENSE, str(error)) from error
