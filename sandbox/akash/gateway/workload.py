"""What runs for a lease, told as a provider tells it (chain-sdk: go/provider/client/types.go at 55f1c683)."""

import hashlib
from typing import Any

import msgspec

FIRST_NODE_PORT = 30_000
NODE_PORTS = 2768


class Expose(msgspec.Struct, frozen=True, rename="camel"):
    """A port of a service."""

    port: int
    external_port: int
    proto: str
    global_: bool = msgspec.field(name="global")
    hosts: tuple[str, ...] | None = None

    @property
    def is_ingress(self) -> bool:
        """Whether it is reached by name, through the provider's own port 80."""
        return self.global_ and self.proto == "TCP" and (self.external_port or self.port) == 80


class Service(msgspec.Struct, frozen=True):
    """As much of a manifest's service as a status needs."""

    name: str
    count: int
    expose: tuple[Expose, ...] | None = None


class Group(msgspec.Struct, frozen=True):
    """One placement of a manifest."""

    name: str
    services: tuple[Service, ...]


def lease_status(group: Group, lease: str, host: str, *, ready: bool) -> dict[str, Any]:
    """`GET /lease/…/status`. Maps that Go never made are null, as it sends them."""
    forwarded = any(way.global_ and way.external_port != 80 for service in group.services for way in _ways(service))
    return {
        "services": {service.name: service_status(service, lease, host, ready=ready) for service in group.services},
        "forwarded_ports": _forwarded_ports(group, lease, host) if forwarded else None,
        "ips": None,
    }


def service_status(service: Service, lease: str, host: str, *, ready: bool) -> dict[str, Any]:
    """Of one service; none of its replicas is there before it is ready, and all are afterwards."""
    running = service.count if ready else 0
    return {
        "name": service.name,
        "available": running,
        "total": service.count,
        "uris": _uris(service, lease, host) or None,
        "observed_generation": 1,
        "replicas": service.count,
        "updated_replicas": service.count,
        "ready_replicas": running,
        "available_replicas": running,
    }


def _forwarded_ports(group: Group, lease: str, host: str) -> dict[str, list[dict[str, Any]]]:
    rows = {service.name: _forwarded(service, lease, host) for service in group.services}
    return {name: ports for name, ports in rows.items() if ports}


def _forwarded(service: Service, lease: str, host: str) -> list[dict[str, Any]]:
    return [
        {
            "host": host,
            "port": way.port,
            "externalPort": _node_port(f"{lease}/{service.name}/{way.port}/{way.proto}"),
            "proto": way.proto,
            "name": service.name,
        }
        for way in _ways(service)
        if way.global_ and not way.is_ingress
    ]


def _uris(service: Service, lease: str, host: str) -> list[str]:
    ingress = [way for way in _ways(service) if way.is_ingress]
    made = hashlib.sha256(f"{lease}/{service.name}".encode()).hexdigest()[:26]
    named = [name for way in ingress for name in way.hosts or ()]
    return [*named, f"{made}.ingress.{host}"] if ingress else []


def _ways(service: Service) -> tuple[Expose, ...]:
    return service.expose or ()


def _node_port(name: str) -> int:
    """Looks drawn by lot, and is the same whenever it is asked for."""
    return FIRST_NODE_PORT + int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % NODE_PORTS
