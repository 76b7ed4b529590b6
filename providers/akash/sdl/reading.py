"""An SDL's text as checked values, each error with its line."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ....core.errors import UsageError
from ....core.fitting import Lines, MisfitError, fit, line_of
from ....core.located import Located
from ....core.reading import MAX_BYTES
from ....core.yaml12 import YamlError, parse
from .checks import problems
from .quantities import read_amount
from .schema import Sdl

_UNFIT = re.compile("[\0\ud800-\udfff]")
"""What an escape in YAML can write and no JSON or program's argument can hold."""

_BREAKS = re.compile("[\x85\u2028\u2029]")
"""Ends of a line to a reader of YAML 1.1, and not to one of 1.2."""


def read_sdl(text: str, *, where: str) -> Located[Sdl]:
    """The SDL as values, with the line of each key.

    Raises `UsageError` that names file, line, key and what is allowed. What was found is repeated for
    amounts and names only: elsewhere a secret may stand.
    """
    if len(text) > MAX_BYTES:
        raise _refusal(where, 1, f"more than {MAX_BYTES} letters")
    try:
        _check_breaks(text)
        data, lines = parse(text)
        _check_letters(data, lines)
        value = fit(data, lines, Sdl, read_amount, echo=False)
    except YamlError as error:
        raise _refusal(where, error.line, error.problem) from error
    except MisfitError as error:
        raise _refusal(where, error.line, error.problem if data is not None else "the SDL is empty") from error
    located = Located(path=Path(where), value=value, lines=lines)
    for key, problem in problems(value):
        raise located.refusal(key, problem)
    return located


def _check_breaks(text: str) -> None:
    found = _BREAKS.search(text)
    if found:
        letter = f"U+{ord(found[0]):04X}"
        why = f"{letter} ends a line to some readers and not to others; write it as an escape in double quotes"
        raise YamlError(text.count("\n", 0, found.start()) + 1, why)


def _check_letters(data: Any, lines: Lines) -> None:
    key = next(_unfit(data, "$"), None)
    if key is not None:
        raise MisfitError(line_of(lines, key), f"`{key[2:]}` holds a character that cannot be passed on")


def _unfit(data: Any, key: str) -> Iterator[str]:
    if isinstance(data, str) and _UNFIT.search(data):
        yield key
    elif isinstance(data, dict):
        for name, value in data.items():
            yield from _unfit(value, f"{key}.{name}")
            if _UNFIT.search(name):
                yield key
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from _unfit(value, f"{key}[{at}]")


def _refusal(where: str, line: int, problem: str) -> UsageError:
    return UsageError(f"{where}, line {line}", why=problem, fix=f"edit {where}:{line}", code="AMP-FILE-INVALID")
