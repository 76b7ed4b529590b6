"""YAML read strictly into typed values, with errors that name file, line, key and what is allowed."""

from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from .errors import UsageError
from .fitting import Lines, MisfitError, fit, line_of
from .reading import read_text
from .yaml12 import YamlError, parse

T = TypeVar("T")


class Located(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A value and the lines that it was read from, for checks that go beyond types."""

    path: Path
    value: T
    lines: Lines

    def refusal(self, key: str, problem: str) -> UsageError:
        """The error for `key` (`gpu.models[0]`), on its line or that of the nearest key above it."""
        return _refusal(self.path, line_of(self.lines, f"$.{key}"), f"`{key}`: {problem}")


def load_yaml(path: Path, kind: type[T]) -> T:
    """The file as a `kind`; raises `UsageError` naming file, line and key."""
    return load_located(path, kind).value


def load_located(path: Path, kind: type[T]) -> Located[T]:
    """The file as a `kind` with its lines; raises `UsageError` naming file, line and key."""
    try:
        data, lines = parse(read_text(path))
        value = fit(data, lines, kind, _dec)
    except YamlError as error:
        raise _refusal(path, error.line, error.problem) from error
    except MisfitError as error:
        raise _refusal(path, error.line, error.problem if data is not None else "the file is empty") from error
    return Located(path=path, value=value, lines=lines)


def _refusal(path: Path, line: int, problem: str) -> UsageError:
    return UsageError(f"{path}, line {line}", why=problem, fix=f"edit {path}:{line}", code="AMP-FILE-INVALID")


def _dec(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError(f"{value!r} is no {kind.__name__}")
