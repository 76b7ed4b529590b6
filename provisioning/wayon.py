"""A failure and the way on in one line: from the plugin to the report the engine carries text alone."""

import re
from collections.abc import Iterable

from ..core.errors import AmpacityError

PART = " • "
"""Before each particular of a reason, such as one bid of many: a line of its own wherever there is room for one."""
_MARK = ". Way on: "
_PARTICULARS = re.compile(r" \((?:[^()]|\([^()]*\)){150,}\)")


def in_one_line(error: AmpacityError) -> str:
    """What happened, why, its code, its particulars, and the way on where there is one."""
    way = f"{_MARK}{error.fix}" if error.fix else ""
    said, mark, parts = str(error).replace(_MARK, ". ").partition(PART)  # what a seller says is no way on of ours
    return f"{said} [{error.code}]{mark}{parts}{way}"


def headline(line: str) -> str:
    """What happened, without the way on, its particulars, and long words in parentheses: the report has them."""
    return _PARTICULARS.sub("", line.partition(_MARK)[0].partition(PART)[0])


def in_lines(reason: str) -> list[str]:
    """What happened, and each of its particulars in a line of its own."""
    said, *parts = reason.split(PART)
    return [said, *(f"  {part}" for part in parts)]


def parted(lines: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """The reasons without their ways on, each once, and these: `; ` stands between two, nothing for none."""
    reasons: dict[str, None] = {}
    ways: dict[str, None] = {}
    for line in lines:
        reason, _, way = line.partition(_MARK)
        reasons[reason] = None
        if way:
            ways[way] = None
    return tuple(reasons), "; ".join(ways)
