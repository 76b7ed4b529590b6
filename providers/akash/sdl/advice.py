"""What is allowed in an SDL and still likely to hurt. Pure."""

import re
from collections.abc import Iterator

from ...text import clean
from .exposes import expose_order
from .groups import place
from .schema import Sdl, Service

MOST_NAMES = 5
LONGEST_NAME = 40
_SECRET = re.compile(
    r"(?i)(^|_)(pass|passw(or)?d|passphrase|pwd|secrets?|token|credentials?|mnemonic|(api|access|private|secret)_?key)($|_)"
)
"""Names of variables that mostly hold what nobody else should read."""
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


def advice(sdl: Sdl) -> Iterator[str]:
    """One sentence for each thing that a person should know before it is ordered."""
    for name, service in sdl.services.items():
        yield from (f"service {name}: {said}" for said in image_advice(service.image))
        if secret := [key for key in _keys(service) if _SECRET.search(key)]:
            yield f"service {name}: the provider reads what env holds, such as {', '.join(secret[:MOST_NAMES])}"
        if service.credentials:
            yield f"service {name}: the provider reads the registry's password"
    yield from _models(sdl)
    yield from _clients(sdl)


def _keys(service: Service) -> Iterator[str]:
    """The variables that are given a value: an empty one gives nothing away."""
    for entry in service.env or ():
        key, _, value = entry.partition("=")
        if value:
            yield clean(key)[:LONGEST_NAME]


def image_advice(image: str) -> Iterator[str]:
    """Whether what runs may be another thing tomorrow."""
    if _DIGEST.search(image):
        return
    tag = image.rpartition("/")[2].partition(":")[2]
    said = (
        "is whatever its registry calls latest that day"
        if tag in {"", "latest"}
        else "is named by a tag, which can be moved"
    )
    yield f"the image {image} {said}; name it by digest (NAME@sha256:…)"


def _models(sdl: Sdl) -> Iterator[str]:
    for profile, compute in sdl.profiles.compute.items():
        gpu = compute.resources.gpu
        for model in (gpu.attributes.vendor.nvidia or ()) if gpu and gpu.attributes else ():
            if model.model != model.model.lower():
                yield f"profile {profile}: providers write models in lower case, so none will have {model.model}"


def _clients(sdl: Sdl) -> Iterator[str]:
    """Lists that the Go client reorders: the same file then has another hash there."""
    found = [*_unordered_exposes(sdl), *_unordered_profiles(sdl), *_shared(sdl)]
    if found:
        lists = " and ".join(found)
        yield f"the official command line makes another manifest hash of this file: {lists}"


def _unordered_exposes(sdl: Sdl) -> Iterator[str]:
    for name, service in sdl.services.items():
        order = [expose_order(expose, to) for expose in service.expose or () for to in expose.to]
        if order != sorted(order):
            yield f"the ports of service {name} are not in order"


def _unordered_profiles(sdl: Sdl) -> Iterator[str]:
    for name, compute in sdl.profiles.compute.items():
        gpu, sizes = compute.resources.gpu, [volume.size.number for volume in compute.resources.volumes]
        keys = [model.key for model in (gpu.attributes.vendor.nvidia or ())] if gpu and gpu.attributes else []
        if keys != sorted(keys):
            yield f"the GPU models of profile {name} are not in order"
        if sizes != sorted(sizes):
            yield f"the volumes of profile {name} are not in order of size"


def _shared(sdl: Sdl) -> Iterator[str]:
    if sdl.version.number != 20:
        return
    for name, services in place(sdl).items():
        if len({service.unit.id for service in services}) < len(services):
            yield f'services of placement {name} share a profile, which only version "2.1" merges there'
