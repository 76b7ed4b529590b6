"""The files that a spec names, by key: in a spec, and in plain data that is not one yet."""

from collections.abc import Callable, Iterator
from pathlib import Path

from ..core.located import Problem
from .checks import value_at
from .spec import Spec

Unusable = Callable[[str, Path], str | None]
"""Why the file that the spec names under a key, as it stands there, cannot be used; `None` where it can."""
KEYS = ("node.user_data", "node.definition", "ssh.public_key", "sites")


def any_file(_key: str, _path: Path) -> str | None:
    """Nothing is wrong with any."""
    return None


def unusable_files(spec: Spec, unusable: Unusable) -> Iterator[Problem]:
    """What is wrong with the files of `spec`."""
    named = (spec.node.user_data, spec.node.definition, spec.ssh.public_key if spec.ssh else None, spec.sites)
    yield from _told(zip(KEYS, named, strict=True), unusable)


def unusable_files_of_data(data: object, unusable: Unusable) -> Iterator[Problem]:
    """The same of plain data, as far as it names any."""
    yield from _told(((key, _path_at(data, key)) for key in KEYS), unusable)


def _told(named: Iterator[tuple[str, Path | None]], unusable: Unusable) -> Iterator[Problem]:
    for key, path in named:
        if path is not None and (why := unusable(key, path)) is not None:
            yield key, why


def _path_at(data: object, key: str) -> Path | None:
    named = value_at(data, key)
    return Path(named) if isinstance(named, str) and named else None
