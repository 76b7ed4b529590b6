"""Where a workload is reached, from what its provider says of it: by SSH, and by everything else. Pure."""

from collections.abc import Iterator

import msgspec

from .gateway.lease import LeaseStatus

SSH_PORT = 22


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """A port of a service, and the host and port from which it is reached."""

    host: str
    external_port: int
    port: int
    protocol: str

    @property
    def is_ssh(self) -> bool:
        """Whether an ssh server is meant to answer there."""
        return self.port == SSH_PORT and self.protocol == "TCP"

    @property
    def url(self) -> str:
        """As a person reads it: `tcp HOST:PORT`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.protocol.lower()} {host}:{self.external_port}"


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """The way in by SSH, `None` where there is none, and where services answer."""

    ssh: Opening | None = None
    urls: tuple[str, ...] = ()


def reach(status: LeaseStatus, gateway_host: str | None) -> Reach:
    """A public address of its own comes before a forwarded port. `gateway_host` forwards what names no host."""
    openings = list(_openings(status, gateway_host))
    ssh = next((opening for opening in openings if opening.is_ssh), None)
    served = [f"http://{host}" for service in status.services for host in service.uris]
    others = [opening.url for opening in openings if opening is not ssh]
    return Reach(ssh=ssh, urls=tuple(dict.fromkeys((*served, *others))))


def _openings(status: LeaseStatus, gateway_host: str | None) -> Iterator[Opening]:
    for ip in status.ips:
        yield Opening(host=ip.address, external_port=ip.external_port, port=ip.port, protocol=ip.protocol)
    for port in status.forwarded_ports:
        host = port.host or gateway_host
        if host is not None:
            yield Opening(host=host, external_port=port.external_port, port=port.port, protocol=port.protocol)
