"""Ports: what they become in the manifest, and the endpoints that a group asks for with them."""

from collections.abc import Iterable, Mapping

import msgspec

from .compiled import Endpoint
from .schema import Expose, HttpOptions, Sdl, Service, To

KINDS = ("SHARED_HTTP", "RANDOM_PORT", "LEASED_IP")
"""In the order of their numbers in the chain's messages."""


def sequence_numbers(sdl: Sdl) -> dict[str, int]:
    """The number of each leased address: its last place among all uses, in order of name, from 1."""
    used = [to.ip for service in sdl.services.values() for expose in service.expose or () for to in expose.to if to.ip]
    return {name: number for number, name in enumerate(sorted(used), start=1)}


def endpoints(service: Service, numbers: Mapping[str, int]) -> tuple[Endpoint, ...]:
    """The ways in that one replica of `service` needs, in the order of the file."""
    return tuple(
        endpoint
        for expose in service.expose or ()
        for to in expose.to
        if to.global_
        for endpoint in _of_one(expose, to, numbers)
    )


def in_order(found: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    """Endpoints as a group lists them."""
    return tuple(sorted(found, key=lambda one: (KINDS.index(one.kind), one.sequence_number)))


def exposes(service: Service, numbers: Mapping[str, int]) -> list[dict[str, object]]:
    """The manifest's `expose`, in the order in which a provider demands it."""
    pairs = [(expose, to) for expose in service.expose or () for to in expose.to]
    pairs.sort(key=lambda pair: expose_order(*pair))
    return [_entry(expose, to, numbers) for expose, to in pairs]


def expose_order(expose: Expose, to: To) -> tuple[str, int, str, bool]:
    """By service, port, protocol; those open to the world first (`ServiceExposes.Less`)."""
    return (to.service, expose.port, expose.proto.upper(), not to.global_)


def _of_one(expose: Expose, to: To, numbers: Mapping[str, int]) -> list[Endpoint]:
    web = expose.proto.upper() == "TCP" and (expose.as_ or expose.port) == 80
    shared = [Endpoint(kind="SHARED_HTTP" if web else "RANDOM_PORT")]
    return shared + ([Endpoint(kind="LEASED_IP", sequence_number=numbers[to.ip])] if to.ip else [])


def _entry(expose: Expose, to: To, numbers: Mapping[str, int]) -> dict[str, object]:
    return {
        "port": expose.port,
        "externalPort": expose.as_ or 0,
        "proto": expose.proto.upper(),
        "service": to.service,
        "global": to.global_,
        "hosts": list(expose.accept) or None,
        "httpOptions": _http(expose.http_options),
        "ip": to.ip,
        "endpointSequenceNumber": numbers[to.ip] if to.ip else 0,
    }


def _http(options: HttpOptions) -> dict[str, object]:
    """In camel case; a buffer size that is not set is left out, as older providers know none."""
    values = {_camel(name): value for name, value in msgspec.to_builtins(options).items()}
    return {name: value for name, value in values.items() if value is not None}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
