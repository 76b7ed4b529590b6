"""Which deployment is meant, and how many machine names are said in few words."""

from typing import TYPE_CHECKING

from ..core.errors import MissingError, UsageError

if TYPE_CHECKING:
    from ..provisioning.control import Control


def chosen_name(control: "Control", name: str | None) -> str:
    """`name`, or the only deployment there is. Raises `UsageError` when that is not clear."""
    known = control.names()
    if name is not None:
        if name not in known:
            raise MissingError(
                f"There is no deployment {name!r}",
                why=f"this context has: {', '.join(known) or 'none'}",
                fix="ampacity plan SPEC",
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


def span(names: list[str]) -> str:
    """`train-1..3` for neighbours, else each name."""
    stem, numbers = names[0].rpartition("-")[0], [int(name.rpartition("-")[2]) for name in names]
    if len(names) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        return f"{stem}-{numbers[0]}..{numbers[-1]}"
    return ", ".join(names)


def count(number: int, thing: str) -> str:
    """`1 machine`, `2 machines`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
