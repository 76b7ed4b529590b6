"""YAML read strictly into typed values, with errors that name file, line, key and what is allowed."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from .errors import UsageError
from .fitting import Lines, MisfitError, Mistake, fit, line_of
from .reading import read_text
from .yaml12 import YamlError, parse

T = TypeVar("T")
Problem = tuple[str, str]
"""A key (`gpu.models[0]`) and what is wrong with it."""


def _nothing(_data: Any) -> Iterable[Problem]:
    return ()


class Located(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A value and the lines that it was read from, for checks that go beyond types."""

    path: Path
    value: T
    lines: Lines

    def refusal(self, key: str, problem: str) -> UsageError:
        """The error for `key` (`gpu.models[0]`), on its line or that of the nearest key above it."""
        return refusal(self.path, [(line_of(self.lines, f"$.{key}"), f"`{key}`: {problem}")])

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Raises `UsageError` that names every one of the `problems`, each a key and what is wrong with it."""
        if told := _at_lines(self.lines, problems):
            raise refusal(self.path, told)


def _at_lines(lines: Lines, problems: Iterable[Problem]) -> list[Mistake]:
    return [(line_of(lines, f"$.{key}"), f"`{key}`: {problem}") for key, problem in problems]


def load_yaml(path: Path, kind: type[T]) -> T:
    """The file as a `kind`; raises `UsageError` naming file, line and key."""
    return load_located(path, kind).value


def load_located(path: Path, kind: type[T], *, also: Callable[[Any], Iterable[Problem]] = _nothing) -> Located[T]:
    """The file as a `kind` with its lines; raises `UsageError` naming file, line and key.

    What `also` finds in the plain data, whatever that is, is told together with what is not of the kind.
    """
    try:
        data, lines = parse(read_text(path))
        value = fit(data, lines, kind, _dec)
    except YamlError as error:
        raise refusal(path, [(error.line, error.problem)]) from error
    except MisfitError as error:
        if data is None:
            raise refusal(path, [(error.line, "the file is empty")]) from error
        raise refusal(path, [*error.mistakes, *_at_lines(lines, also(data))]) from error
    return Located(path=path, value=value, lines=lines)


def refusal(path: Path | str, told: Iterable[Mistake]) -> UsageError:
    """The error for a file with a mistake on each of these lines, in their order, the first the one to begin with."""
    rows = sorted(told, key=lambda row: row[0])
    first, problem = rows[0]
    if len(rows) == 1:
        return _refusal(path, first, f"{path}, line {first}", problem)
    why = "\n".join(f"line {line}: {problem}" for line, problem in rows)
    return _refusal(path, first, f"{path} has {len(rows)} mistakes", why)


def _refusal(path: Path | str, line: int, what: str, why: str) -> UsageError:
    return UsageError(what, why=why, fix=f"edit {path}:{line}", code="AMP-FILE-INVALID")


def _dec(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError(f"{value!r} is no {kind.__name__}")
