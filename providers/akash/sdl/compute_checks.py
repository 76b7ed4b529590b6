"""The rules for one compute profile: its GPUs and its volumes. Pure."""

import re
from collections.abc import Iterator, Sequence

from .quantities import shown
from .schema import Gpus, Resources, VolumeAttributes

Problem = tuple[str, str]

ATTRIBUTE = re.compile(r"[a-zA-Z][\w/.\-]{1,126}[\w*]?", re.ASCII)
"""The chain's own pattern for an attribute's key (`AttributeNameRegexpStringWildcard`)."""


def compute_problems(key: str, resources: Resources) -> Iterator[Problem]:
    """Everything that is wrong with the `resources` that stand at `key`."""
    if resources.gpu:
        yield from _gpus(f"{key}.gpu", resources.gpu)
    if isinstance(resources.storage, tuple):
        yield from _names(f"{key}.storage", [volume.name for volume in resources.storage])
        for at, volume in enumerate(resources.storage):
            yield from _kind(f"{key}.storage[{at}].attributes", volume.attributes)
    else:
        if resources.storage.name != "default":
            yield f"{key}.storage.name", "a name is only kept in a list; write `storage: [{name: …, size: …}]`"
        yield from _kind(f"{key}.storage.attributes", resources.storage.attributes)


def _gpus(key: str, gpu: Gpus) -> Iterator[Problem]:
    if gpu.attributes is None:
        if gpu.units.number:
            yield key, "names no GPUs; add `attributes: {vendor: {nvidia: [{model: h100}]}}`"
        return
    if not gpu.units.number:
        yield f"{key}.attributes", "has no effect, because `units` is 0; remove one"
    models = gpu.attributes.vendor.nvidia or ()
    yield from _models(f"{key}.attributes.vendor.nvidia", [model.key for model in models])


def _models(key: str, wanted: Sequence[str]) -> Iterator[Problem]:
    for at, attribute in enumerate(wanted):
        if not ATTRIBUTE.fullmatch(attribute):
            yield f"{key}[{at}]", "`*` stands for any model and takes neither ram nor interface"
        if attribute in wanted[:at]:
            yield f"{key}[{at}]", "is listed twice"


def _names(key: str, names: Sequence[str]) -> Iterator[Problem]:
    for at, name in enumerate(names):
        if name in names[:at]:
            yield f"{key}[{at}].name", f"{shown(name)} is used twice; each volume needs its own name"


def _kind(key: str, attributes: VolumeAttributes | None) -> Iterator[Problem]:
    """Memory is never kept; every other class always is."""
    if attributes and (attributes.class_ == "ram") == bool(attributes.persistent.number):
        kept = "false" if attributes.class_ == "ram" else "true"
        yield f"{key}.persistent", f"must be {kept} for class {attributes.class_}"
