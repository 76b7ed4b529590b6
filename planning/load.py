"""The spec's file: the only thing on disk that this room reads."""

from collections.abc import Collection
from pathlib import Path

import msgspec

from ..core.digests import Digest, digest_of
from ..core.located import load_located
from .checks import problems, problems_of_data
from .spec import Spec


def load_spec(path: Path, *, sellers: Collection[str] | None = None) -> Spec:
    """The file as a spec. Raises `UsageError` that names file, line, key and what is allowed.

    `sellers` are the names that a spec may use for them; left out, any name is taken.
    """
    located = load_located(path, Spec, also=problems_of_data)
    located.refuse(problems(located.value, sellers))
    return located.value


def spec_digest(spec: Spec) -> Digest:
    """The identity of what is asked for; comments and the order of keys are no part of it."""
    return digest_of(msgspec.to_builtins(spec, enc_hook=_plain))


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return value.as_posix()
    raise TypeError(f"a spec holds no {type(value).__name__}")
