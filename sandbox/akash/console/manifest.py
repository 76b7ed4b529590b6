"""The manifest that follows from an SDL, and the hash of it that the chain keeps."""

from typing import Any

from ..manifests import canonical
from ..spec import Resources
from . import sdl as source
from .groups import ip_numbers, placed, resources_of, unit_numbers

_KINDS = {"SHARED_HTTP": 0, "RANDOM_PORT": 1, "LEASED_IP": 2}


def manifest_of(sdl: source.Sdl) -> bytes:
    """Canonical JSON: the very bytes that are hashed, and that a provider is sent."""
    names = sorted({name for row in sdl.deployment.values() for name in row})
    return canonical([{"name": name, "services": _services(sdl, name)} for name in names])


def _services(sdl: source.Sdl, placement: str) -> list[dict[str, Any]]:
    numbers = unit_numbers(sdl, placement)
    return [
        _service(sdl, name, replicas.count, resources_of(sdl, sdl.services[name], replicas.profile, number))
        for name, replicas in placed(sdl, placement)
        for number in (numbers[replicas.profile],)
    ]


def _service(sdl: source.Sdl, name: str, count: int, taken: Resources) -> dict[str, Any]:
    service = sdl.services[name]
    made: dict[str, Any] = {
        "name": name,
        "image": service.image,
        "command": service.command or None,
        "args": service.args or None,
        "env": service.env or None,
        "resources": _resources(taken),
        "count": count,
        "expose": _exposes(service, ip_numbers(sdl)),
        "credentials": _credentials(service.credentials),
    }
    if service.params:
        mounts = sorted(service.params.storage.items())
        rows = [{"name": key, "mount": row.mount, "readOnly": row.read_only} for key, row in mounts]
        made["params"] = {"storage": rows or None}
    return made


def _resources(taken: Resources) -> dict[str, Any]:
    return {
        "id": taken.id,
        "cpu": {"units": _value(taken.cpu)} | _attributes(taken.cpu_attributes),
        "memory": {"size": _value(taken.memory)},
        "storage": [
            {"name": row.name, "size": _value(row.quantity)} | _attributes(row.attributes) for row in taken.storage
        ],
        "gpu": {"units": _value(taken.gpu)} | _attributes(taken.gpu_attributes),
        "endpoints": [_endpoint(row.kind, row.sequence_number) for row in taken.endpoints],
    }


def _endpoint(kind: str, number: int) -> dict[str, int]:
    """Go leaves out what is zero, and the number is not marked so."""
    return ({"kind": _KINDS[kind]} if _KINDS[kind] else {}) | {"sequence_number": number}


def _exposes(service: source.Service, numbers: dict[str, int]) -> list[dict[str, Any]]:
    rows = [_expose(expose, to, numbers) for expose in service.expose for to in expose.to]
    return sorted(rows, key=lambda row: (row["service"], row["port"], row["proto"], not row["global"]))


def _expose(expose: source.Expose, to: source.To, numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "port": expose.port,
        "externalPort": expose.as_,
        "proto": expose.proto.upper(),
        "service": to.service,
        "global": to.global_,
        "hosts": expose.accept or None,
        "httpOptions": _http_options(expose.http_options),
        "ip": to.ip,
        "endpointSequenceNumber": numbers.get(to.ip, 0),
    }


def _http_options(asked: source.HttpOptions) -> dict[str, Any]:
    made: dict[str, Any] = {
        "maxBodySize": asked.max_body_size,
        "readTimeout": asked.read_timeout,
        "sendTimeout": asked.send_timeout,
        "nextTries": asked.next_tries,
        "nextTimeout": asked.next_timeout,
        "nextCases": asked.next_cases,
    }
    return made | ({"proxyBufferSize": asked.proxy_buffer_size} if asked.proxy_buffer_size else {})


def _credentials(asked: source.Credentials | None) -> dict[str, str] | None:
    if asked is None:
        return None
    return {"host": asked.host, "email": asked.email, "username": asked.username, "password": asked.password}


def _attributes(rows: tuple[Any, ...]) -> dict[str, Any]:
    return {"attributes": [{"key": row.key, "value": row.value} for row in rows]} if rows else {}


def _value(number: int) -> dict[str, str]:
    return {"val": str(number)}
