"""YAML read strictly into typed values, with errors that name file, line, key and what is allowed."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from .allowed import describe, keys, unit_hint
from .errors import UsageError
from .pinpoint import pinpoint
from .yaml12 import Lines, YamlError, parse

T = TypeVar("T")
MAX_BYTES = 1 << 20
_SHOWN = 40
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")
_MISSING = re.compile(r"missing required field `([^`]+)`")


class Located(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A value and the lines that it was read from, for checks that go beyond types."""

    path: Path
    value: T
    lines: Lines

    def refusal(self, key: str, problem: str) -> UsageError:
        """The error for `key` (`gpu.models[0]`), on its line or that of the nearest key above it."""
        return _refusal(self.path, _line(self.lines, f"$.{key}"), f"`{key}`: {problem}")


def load_yaml(path: Path, kind: type[T]) -> T:
    """The file as a `kind`; raises `UsageError` naming file, line and key."""
    return load_located(path, kind).value


def load_located(path: Path, kind: type[T]) -> Located[T]:
    """The file as a `kind` with its lines; raises `UsageError` naming file, line and key."""
    try:
        data, lines = parse(_read(path))
    except YamlError as error:
        raise _refusal(path, error.line, error.problem) from error
    try:
        value = msgspec.convert(data, kind, strict=True, dec_hook=_dec)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `")
        key = pinpoint(data, kind, str(error), where.rstrip("`") or "$", strict=True, dec_hook=_dec)
        raise _refusal(path, *_explain(message, key, data, lines, kind)) from error
    return Located(path=path, value=value, lines=lines)


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read", why=error.strerror or "", code="AMP-FILE") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path} is too large", why=f"{len(data)} bytes; at most {MAX_BYTES}", code="AMP-FILE")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text", why=str(error), code="AMP-FILE") from error


def _explain(message: str, key: str, data: Any, lines: Lines, kind: Any) -> tuple[int, str]:
    """The line and the sentence for one of msgspec's complaints."""
    if unknown := _UNKNOWN.search(message):
        allowed = ", ".join(keys(kind, key))
        return _line(lines, f"{key}.{unknown[1]}"), f"`{_join(key, unknown[1])}` is not known; allowed: {allowed}"
    if missing := _MISSING.search(message):
        words = describe(kind, f"{key}.{missing[1]}")
        return _line(lines, key), f"`{_join(key, missing[1])}` is missing" + (f": {words}" if words else "")
    return _line(lines, key), _say(message, key, data, kind)


def _say(message: str, key: str, data: Any, kind: Any) -> str:
    name = key.removeprefix("$").lstrip(".")
    words, found = describe(kind, key), _at(data, key)
    if not name or not words or isinstance(found, dict):
        return f"`{name}`: {message}" if name else message
    hint = unit_hint(key) if isinstance(found, str) and "number" in words else ""
    return f"`{name}` is {_show(found)}; allowed: {words}" + (f" ({hint})" if hint else "")


def _show(value: Any) -> str:
    words = {None: "empty", True: "true", False: "false"}
    plain = isinstance(value, bool | None)
    text = words[value] if plain else str(value) if isinstance(value, int | Decimal) else repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _at(data: Any, key: str) -> Any:
    for name, at in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", key):
        try:
            data = data[int(at)] if at else data[name]
        except (KeyError, IndexError, TypeError):
            return data
    return data


def _join(key: str, name: str) -> str:
    return f"{key}.{name}".removeprefix("$").lstrip(".")


def _line(lines: Lines, key: str) -> int:
    while key not in lines and len(key) > 1:
        key = key[: max(key.rfind("."), key.rfind("["))] if "." in key or "[" in key else "$"
    return lines.get(key, 1)


def _refusal(path: Path, line: int, problem: str) -> UsageError:
    return UsageError(f"{path}, line {line}", why=problem, fix=f"edit {path}:{line}", code="AMP-FILE-INVALID")


def _dec(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError(f"{value!r} is no {kind.__name__}")
