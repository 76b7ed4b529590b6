"""The spec's file: the only thing on disk that this room reads."""

from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from ..core.digests import Digest, digest_of
from ..core.located import Problem, load_located
from .checks import problems, problems_of_data
from .named import Unusable, any_file, unusable_files, unusable_files_of_data
from .spec import Spec


def load_spec(path: Path, *, sellers: Collection[str] | None = None, unusable: Unusable = any_file) -> Spec:
    """The file as a spec. Raises `UsageError` that names file, line, key and what is allowed.

    `sellers` are the names that a spec may use for them; left out, any name is taken. What `unusable` says of
    the files that it names is told beside other mistakes; a single one is left to whoever reads that file.
    """

    def also(data: object) -> Iterator[Problem]:
        yield from problems_of_data(data, sellers)
        yield from unusable_files_of_data(data, unusable)

    located = load_located(path, Spec, also=also)
    told = [*problems(located.value, sellers)]
    files = [*unusable_files(located.value, unusable)]
    located.refuse([*told, *files] if told or len(files) > 1 else told)
    return located.value


def spec_digest(spec: Spec) -> Digest:
    """The identity of what is asked for; comments and the order of keys are no part of it."""
    return digest_of(msgspec.to_builtins(spec, enc_hook=_plain))


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return value.as_posix()
    raise TypeError(f"a spec holds no {type(value).__name__}")
