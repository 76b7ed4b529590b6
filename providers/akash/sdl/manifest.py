"""The manifest: what the provider gets, byte for byte as it hashes it.

JSON with its keys sorted, no spaces, UTF-8, and `< > & U+2028 U+2029` escaped as Go's encoder does;
its sha256 stands in the deployment. Empty lists are `null` where Go's are nil (chain-sdk:
go/manifest/v2beta3, `Manifest.Version`).
"""

import hashlib
import json

from .compiled import Attribute, Endpoint, Storage, Unit
from .exposes import KINDS, exposes, sequence_numbers
from .groups import PlacedService
from .schema import Credentials, Params, Sdl, Service

_ESCAPED = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"})


def encode_manifest(sdl: Sdl, placed: dict[str, tuple[PlacedService, ...]]) -> bytes:
    """The manifest's canonical bytes."""
    numbers = sequence_numbers(sdl)
    groups = [
        {"name": name, "services": [_service(sdl.services[one.name], one, numbers) for one in services]}
        for name, services in placed.items()
    ]
    return canonical(groups)


def canonical(value: object) -> bytes:
    """`value` as Go's encoder writes it after its keys were sorted."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.translate(_ESCAPED).encode()


def manifest_hash(manifest: bytes) -> bytes:
    """What the deployment carries, and the provider compares."""
    return hashlib.sha256(manifest).digest()


def _service(service: Service, placed: PlacedService, numbers: dict[str, int]) -> dict[str, object]:
    params = {} if service.params is None else {"params": _params(service.params)}
    return params | {
        "name": placed.name,
        "image": service.image,
        "command": list(service.command or ()) or None,
        "args": list(service.args or ()) or None,
        "env": list(service.env or ()) or None,
        "resources": _resources(placed.unit),
        "count": placed.unit.count,
        "expose": exposes(service, numbers),
        "credentials": _credentials(service.credentials),
    }


def _resources(unit: Unit) -> dict[str, object]:
    return {
        "id": unit.id,
        "cpu": {"units": _value(unit.cpu_milli)} | _attributes(unit.cpu_attributes),
        "memory": {"size": _value(unit.memory_bytes)} | _attributes(unit.memory_attributes),
        "storage": [_storage(volume) for volume in unit.storage],
        "gpu": {"units": _value(unit.gpu_units)} | _attributes(unit.gpu_attributes),
        "endpoints": [_endpoint(way) for way in unit.endpoints],
    }


def _storage(volume: Storage) -> dict[str, object]:
    return {"name": volume.name, "size": _value(volume.size_bytes)} | _attributes(volume.attributes)


def _endpoint(way: Endpoint) -> dict[str, int]:
    """The first kind is 0, which is left out."""
    kind = KINDS.index(way.kind)
    return {"sequence_number": way.sequence_number} | ({"kind": kind} if kind else {})


def _params(params: Params) -> dict[str, object]:
    volumes = [
        {"name": name, "mount": mount.mount, "readOnly": mount.read_only}
        for name, mount in sorted(params.storage.items())
    ]
    built: dict[str, object] = {"storage": volumes or None}
    if params.permissions:
        built["permissions"] = {"read": list(params.permissions.read)}
    if params.tee:
        built["tee"] = {"type": params.tee, "attestation": True}
    return built


def _credentials(found: Credentials | None) -> dict[str, str] | None:
    if found is None:
        return None
    return {
        "host": found.host,
        "email": found.email or "",
        "username": found.username,
        "password": found.password,
    }


def _value(number: int) -> dict[str, str]:
    return {"val": str(number)}


def _attributes(found: tuple[Attribute, ...]) -> dict[str, object]:
    return {"attributes": [{"key": one.key, "value": one.value} for one in found]} if found else {}
