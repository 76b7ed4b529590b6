"""Which provider may bid for which order (chain-sdk: go/node/deployment/v1beta4/groupspec.go, attributes/v1)."""

import re
from collections.abc import Iterable, Sequence

from .rows import Provider
from .spec import Attribute, GroupSpec

_CAPABILITY = "capabilities/gpu/"


def matches(pattern: str, key: str) -> bool:
    """A path glob: `*` and `?` do not cross `/`."""
    parts = (re.escape(part) for part in re.split(r"([*?])", pattern))
    translated = "".join({r"\*": "[^/]*", r"\?": "[^/]"}.get(part, part) for part in parts)
    return re.fullmatch(translated, key) is not None


def subset(wanted: Iterable[Attribute], stated: Sequence[Attribute]) -> bool:
    """Whether every wanted attribute is stated with that very value."""
    return all(_any_of([want], stated) for want in wanted)


def requirements_met(spec: GroupSpec, provider: Provider) -> bool:
    """Attributes, audited where the order says by whom."""
    if not spec.signed_by_all_of and not spec.signed_by_any_of:
        return subset(spec.attributes, provider.attributes)
    signed = {auditor for auditor, stated in provider.audits.items() if subset(spec.attributes, stated)}
    any_of = spec.signed_by_any_of
    return signed >= set(spec.signed_by_all_of) and (not any_of or not signed.isdisjoint(any_of))


def capable(spec: GroupSpec, provider: Provider) -> bool:
    """Whether it states one of the GPUs of every unit; a unit without attributes takes any."""
    stated = [
        Attribute(key=row.key.removeprefix(_CAPABILITY), value=row.value)
        for row in provider.attributes
        if row.key.startswith(_CAPABILITY)
    ]
    wanted = [unit.resource.gpu_attributes for unit in spec.resources if unit.resource.gpu > 0]
    return all(not attributes or _any_of(attributes, stated) for attributes in wanted)


def _any_of(wanted: Iterable[Attribute], stated: Sequence[Attribute]) -> bool:
    return any(want.value == has.value and matches(want.key, has.key) for want in wanted for has in stated)
