"""Which deployment is meant, and how many machine names are said in few words."""

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ..core.errors import MissingError, UsageError
from .spoken import speak_of

if TYPE_CHECKING:
    from ..provisioning.control import Control

NEAR = 3
"""So many names that are like the one that was typed are told first."""
NUMBERED = re.compile(r"(.*-)(0|[1-9][0-9]*)")


def chosen_name(control: "Control", name: str | None, *, yes: bool = False) -> str:
    """`name`, or the only deployment there is. Raises `UsageError` when that is not clear.

    With `yes` nobody reads which one it is, so it has to be named.
    """
    known = control.names()
    if yes and name is None and known:
        why = f"--yes confirms and never chooses; there {'is' if len(known) == 1 else 'are'}: {', '.join(known)}"
        raise UsageError("Which deployment?", why=why, fix="add its NAME", code="AMP-NAME")
    chosen = _chosen(known, name)
    speak_of(name=chosen)
    return chosen


def _chosen(known: list[str], name: str | None) -> str:
    if name is not None:
        if name not in known:
            speak_of(name=name)
            raise MissingError(
                f"There is no deployment {name!r}",
                why=f"this context has: {', '.join(_nearest_first(known, name)) or 'none'}",
                fix="ampacity status, which lists them, or ampacity context list where it may be in another"
                if known
                else "ampacity context list, where it may be in another; a new one begins with ampacity plan SPEC",
                code="AMP-DEPLOYMENT-UNKNOWN",
            )
        return name
    if len(known) == 1:
        return known[0]
    if not known:
        raise MissingError(
            "There is no deployment yet",
            why="this context has none",
            fix="ampacity plan SPEC",
            code="AMP-DEPLOYMENT-NONE",
        )
    raise UsageError("Which deployment?", why=f"there are: {', '.join(known)}", fix="add its NAME", code="AMP-NAME")


def _nearest_first(known: list[str], name: str) -> list[str]:
    near = get_close_matches(name, known, n=NEAR)
    return near + [each for each in known if each not in near]


def span(names: list[str]) -> str:
    """`train-1..2, 7..20` for what differs by its number alone; a name without one stands as it is."""
    numbers: dict[str, list[int]] = {}
    others = [name for name in names if not NUMBERED.fullmatch(name)]
    for stem, number in (found.groups() for name in names if (found := NUMBERED.fullmatch(name))):
        numbers.setdefault(stem, []).append(int(number))
    return ", ".join([*(stem + _ranges(sorted(found)) for stem, found in numbers.items()), *others])


def _ranges(numbers: list[int]) -> str:
    """`1..2, 7` for sorted numbers."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}..{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
