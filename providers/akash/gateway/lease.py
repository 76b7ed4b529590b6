"""What a gateway says of a lease, checked and fit to be shown."""

import msgspec


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One service of the manifest: how many copies are wanted, and how many can be used."""

    name: str
    available: int
    total: int
    uris: tuple[str, ...] = ()
    """Host names under which it is served on port 80 or 443."""

    @property
    def ready(self) -> bool:
        """Whether every copy wanted is there, and at least one is wanted."""
        return self.available >= self.total > 0


class ForwardedPort(msgspec.Struct, frozen=True, kw_only=True):
    """A port of a service that the provider forwards. `host` is `None` where it does not say which of its own."""

    service: str
    host: str | None
    port: int
    """Inside the container."""
    external_port: int
    protocol: str
    """`TCP` or `UDP`."""


class LeasedIp(msgspec.Struct, frozen=True, kw_only=True):
    """A port of a service on a public address of its own."""

    service: str
    address: str
    port: int
    external_port: int
    protocol: str


class LeaseStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How a lease's workload does."""

    services: tuple[Service, ...] = ()
    forwarded_ports: tuple[ForwardedPort, ...] = ()
    ips: tuple[LeasedIp, ...] = ()
    problems: tuple[str, ...] = ()
    """What the provider reports as wrong, in its own words."""
    left_out: int = 0
    """Addresses that it gave and that are none anybody could reach."""

    @property
    def ready(self) -> bool:
        """Whether every service is; one that is not told of is not."""
        return bool(self.services) and all(service.ready for service in self.services)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the provider's cluster did with the lease."""

    type: str
    reason: str
    note: str
    about: str
    """What it happened to, as `Kind/name`."""
