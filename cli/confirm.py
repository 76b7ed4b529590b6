"""Questions. On a terminal they are asked; elsewhere the flag that answers them is named."""

import sys

from ..core.errors import CancelledError, UsageError


def confirm(question: str, *, yes: bool) -> None:
    """Return when the person agrees. Raises `CancelledError` on no, `UsageError` where nobody can be asked."""
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "This needs a confirmation", why="there is no terminal to ask on", fix="add --yes", code="AMP-CONFIRM"
        )
    sys.stderr.write(f"{question}\nGo on? Only `yes` is taken: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise CancelledError("Nothing was changed", why="the question was not answered with yes")
