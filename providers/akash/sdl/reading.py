"""An SDL's text as checked values, each error with its line."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from ....core.fitting import Lines, MisfitError, fit, line_of
from ....core.located import Located, refusal
from ....core.reading import MAX_BYTES
from ....core.yaml12 import YamlError, parse
from .checks import Problem, problems
from .quantities import read_amount
from .schema import Sdl

Check = Callable[[Sdl], Iterable[Problem]]

_UNFIT = re.compile("[\0\ud800-\udfff]")
"""What an escape in YAML can write and no JSON or program's argument can hold."""

_BREAKS = re.compile("[\x85\u2028\u2029]")
"""Ends of a line to a reader of YAML 1.1, and not to one of 1.2."""


def read_sdl(text: str, *, where: str, further: Check | None = None) -> Located[Sdl]:
    """The SDL as values, with the line of each key. `further` is checked along with what every SDL must be.

    Raises `UsageError` that names the file and, of every mistake, line, key and what is allowed. Where
    values are not of their kind, what they mean together is not looked at yet. What was found is repeated
    for amounts and names only: elsewhere a secret may stand.
    """
    if len(text) > MAX_BYTES:
        raise refusal(where, [(1, f"more than {MAX_BYTES} letters")])
    try:
        _check_breaks(text)
        data, lines = parse(text)
    except YamlError as error:
        raise refusal(where, [(error.line, error.problem)]) from error
    located = Located(path=Path(where), value=_values(data, lines, where), lines=lines)
    located.refuse([*problems(located.value), *(further(located.value) if further else ())])
    return located


def _values(data: Any, lines: Lines, where: str) -> Sdl:
    if data is None:
        raise refusal(where, [(1, "the SDL is empty")])
    unfit = list(_letters(data, lines))
    try:
        value = fit(data, lines, Sdl, read_amount, echo=False)
    except MisfitError as error:
        raise refusal(where, [*unfit, *error.mistakes]) from error
    if unfit:
        raise refusal(where, unfit)
    return value


def _check_breaks(text: str) -> None:
    found = _BREAKS.search(text)
    if found:
        letter = f"U+{ord(found[0]):04X}"
        why = f"{letter} ends a line to some readers and not to others; write it as an escape in double quotes"
        raise YamlError(text.count("\n", 0, found.start()) + 1, why)


def _letters(data: Any, lines: Lines) -> Iterator[tuple[int, str]]:
    for key in _unfit(data, "$"):
        yield line_of(lines, key), f"`{key[2:]}` holds a character that cannot be passed on"


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
