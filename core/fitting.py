"""Plain data of any file format fitted to a type, with errors that name line, key and what is allowed."""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from .allowed import describe, keys, unit_hint
from .pinpoint import as_key, steps_to
from .remnant import Remnant
from .shapes import ready

T = TypeVar("T")
DecHook = Callable[[type, Any], Any]
Lines = dict[str, int]
"""Line by key path (`$.gpu.models[0]`), counted from 1."""
_SHOWN = 40
_HIDDEN = object()
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")
_MISSING = re.compile(r"missing required field `([^`]+)`")


Mistake = tuple[int, str]
"""A line, and the key on it with what is allowed there."""


class MisfitError(ValueError):
    """Data is not of the kind wanted. `mistakes` are all that were found, `line` and `problem` the first."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        self.line, self.problem = self.mistakes[0]
        super().__init__(self.problem)


def fit(data: Any, lines: Lines, kind: type[T], dec_hook: DecHook, *, echo: bool = True) -> T:
    """`data` as a `kind`, strictly; raises `MisfitError`.

    `echo=False` keeps what was found out of the error, for files into which a person may have
    pasted a secret.
    """
    try:
        return msgspec.convert(data, ready(kind), strict=True, dec_hook=dec_hook)
    except msgspec.ValidationError as error:
        raise MisfitError(list(_mistakes(data, lines, kind, dec_hook, echo=echo))) from error


def _mistakes(data: Any, lines: Lines, kind: Any, dec_hook: DecHook, *, echo: bool) -> Iterator[Mistake]:
    """Everything in `data` that keeps it from being a `kind`, as far as each can be told apart from the others.

    What does not fit is taken out, then the rest is tried. A complaint about something from which a part was
    taken out may only follow from that, so it is not told.
    """
    rest = Remnant(data)
    while (found := _first(rest.data, kind, dec_hook)) is not None:
        message, steps = found
        unknown = _UNKNOWN.search(message)
        place = rest.original(steps)
        if unknown or not rest.is_cut(place):
            key = as_key(place)
            yield _explain(message, key, lines, kind, _at(data, key) if echo else _HIDDEN)
        if not rest.take_out([*steps, unknown[1]] if unknown else steps):
            return


def _first(data: Any, kind: Any, dec_hook: DecHook) -> tuple[str, list[str | int]] | None:
    """The first complaint about `data` and the steps to what it means, `None` where it fits."""
    try:
        msgspec.convert(data, ready(kind), strict=True, dec_hook=dec_hook)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `")
        steps = steps_to(data, kind, str(error), where.rstrip("`") or "$", strict=True, dec_hook=dec_hook)
        return message, steps
    return None


def _explain(message: str, key: str, lines: Lines, kind: Any, found: Any) -> Mistake:
    """The line and the sentence for one of msgspec's complaints."""
    if unknown := _UNKNOWN.search(message):
        allowed = ", ".join(keys(kind, key))
        return line_of(lines, f"{key}.{unknown[1]}"), f"`{_join(key, unknown[1])}` is not known; allowed: {allowed}"
    if missing := _MISSING.search(message):
        words = describe(kind, f"{key}.{missing[1]}")
        return line_of(lines, key), f"`{_join(key, missing[1])}` is missing" + (f": {words}" if words else "")
    return line_of(lines, key), _say(message, key, kind, found)


def _say(message: str, key: str, kind: Any, found: Any) -> str:
    name = key.removeprefix("$").lstrip(".")
    words = describe(kind, key)
    if not name or not words or isinstance(found, dict):
        return f"`{name}`: {message}" if name else message
    if found is _HIDDEN:
        return f"`{name}`: {message}; allowed: {words}"
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


def line_of(lines: Lines, key: str) -> int:
    """The line of `key`, or of the nearest key above it."""
    while key not in lines and len(key) > 1:
        key = key[: max(key.rfind("."), key.rfind("["))] if "." in key or "[" in key else "$"
    return lines.get(key, 1)
