"""A failure and the way on in one line: from the plugin to the report the engine carries text alone."""

import re
from collections.abc import Iterable

from ..core.errors import AmpacityError

_MARK = ". Way on: "
_PARTICULARS = re.compile(r" \((?:[^()]|\([^()]*\)){150,}\)")


def in_one_line(error: AmpacityError) -> str:
    """What happened, why, its code, and the way on where there is one."""
    way = f"{_MARK}{error.fix}" if error.fix else ""
    return f"{error} [{error.code}]{way}"


def headline(line: str) -> str:
    """What happened, without the way on and without long particulars in parentheses: the report has them."""
    return _PARTICULARS.sub("", line.partition(_MARK)[0])


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
