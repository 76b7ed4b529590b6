"""From a gateway's JSON to values that may be shown and used: a bad host never reaches an ssh line."""

import msgspec

from ....core.shapes import ready
from .addresses import is_allowed
from .failures import GatewayError, Trouble
from .hosts import host_name, literal
from .lease import Event, ForwardedPort, LeasedIp, LeaseStatus, Service
from .text import one_line
from .wire import (
    WireEvent,
    WireIp,
    WireLease,
    WireObject,
    WirePort,
    WireService,
    decode,
)

PROTOCOLS = frozenset({"TCP", "UDP"})
LONGEST_NAME = 100


def lease_status(data: bytes, *, loopback: bool) -> LeaseStatus:
    """What `data` says of a lease. Addresses that nobody could reach are left out and counted."""
    wire = decode(data, WireLease)
    given = [(name, one) for name, one in (wire.services or {}).items() if one]
    services = tuple(_service(name, one, loopback) for name, one in given)
    ports = [
        _port(name, one, loopback) for name, many in (wire.forwarded_ports or {}).items() for one in many or () if one
    ]
    ips = [_ip(name, one, loopback) for name, many in (wire.ips or {}).items() for one in many or () if one]
    names = sum(len(one.uris or ()) for _, one in given)
    return LeaseStatus(
        services=services,
        forwarded_ports=tuple(port for port in ports if port),
        ips=tuple(ip for ip in ips if ip),
        problems=tuple(one_line(text) for text in wire.errors or () if text),
        left_out=names - sum(len(one.uris) for one in services) + ports.count(None) + ips.count(None),
    )


def event(data: str) -> Event:
    """A frame of the event stream."""
    wire = decode(data, WireEvent)
    about = wire.object or WireObject()
    return Event(
        type=_name(wire.type),
        reason=_name(wire.reason),
        note=one_line(wire.note or ""),
        about=f"{_name(about.kind)}/{_name(about.name)}",
    )


def _service(name: str, wire: WireService, loopback: bool) -> Service:
    hosts = [_host(uri or "", loopback) for uri in wire.uris or ()]
    uris = tuple(host for host in hosts if host)
    return Service(name=_name(name), available=wire.available, total=wire.total, uris=uris)


def _port(service: str, wire: WirePort, loopback: bool) -> ForwardedPort | None:
    host = _host(wire.host, loopback) if wire.host else None
    if not _usable(wire.port, wire.external_port, wire.proto) or (wire.host and host is None):
        return None
    return ForwardedPort(
        service=_name(service),
        host=host,
        port=wire.port,
        external_port=wire.external_port,
        protocol=wire.proto or "",
    )


def _ip(service: str, fields: dict[str, str | int | None], loopback: bool) -> LeasedIp | None:
    try:
        wire = msgspec.convert({key.lower().replace("_", ""): value for key, value in fields.items()}, ready(WireIp))
    except msgspec.ValidationError as error:
        raise GatewayError(Trouble.NONSENSE, str(error)) from error
    address = _host(wire.ip or "", loopback)
    if address is None or literal(address) is None or not _usable(wire.port, wire.externalport, wire.protocol):
        return None
    return LeasedIp(
        service=_name(service),
        address=address,
        port=wire.port,
        external_port=wire.externalport,
        protocol=wire.protocol or "",
    )


def _host(text: str, loopback: bool) -> str | None:
    """A host that a person may be told to connect to."""
    name = host_name(text, six=":" in text)
    address = literal(name) if name else None
    return name if address is None or is_allowed(address, loopback=loopback) else None


def _usable(port: int, external_port: int, protocol: str | None) -> bool:
    return bool(port and external_port and protocol in PROTOCOLS)


def _name(text: str | None) -> str:
    return one_line(text or "", LONGEST_NAME)
