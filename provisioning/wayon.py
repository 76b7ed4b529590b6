"""A failure and the way on in one line: from the plugin to the report the engine carries text alone."""

from collections.abc import Iterable

from ..core.errors import AmpacityError

_MARK = ". Way on: "
LONGEST_HEADLINE = 160


def in_one_line(error: AmpacityError) -> str:
    """What happened, why, its code, and the way on where there is one."""
    way = f"{_MARK}{error.fix}" if error.fix else ""
    return f"{error} [{error.code}]{way}"


def headline(line: str) -> str:
    """What happened, without the way on and, of a long one, the particulars in parentheses: the report has them."""
    reason = line.partition(_MARK)[0]
    return reason if len(reason) <= LONGEST_HEADLINE else reason.partition(" (")[0]


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
