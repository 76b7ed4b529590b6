"""Questions. On a terminal they are asked; elsewhere they are told, and the flag that answers them is named."""

import sys

from ..core.errors import CancelledError, UsageError


def confirm(question: str, *, yes: bool, unnamed: str | None = None) -> None:
    """Return when the person agrees. Raises `CancelledError` on no, `UsageError` where nobody can be asked.

    `unnamed` is the deployment where none was named: `--yes` alone would not choose it.
    """
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        sys.stderr.write(f"{question}\n")
        fix = f"add {unnamed} --yes" if unnamed else "add --yes"
        raise UsageError("This needs a confirmation", why="there is no terminal to ask on", fix=fix, code="AMP-CONFIRM")
    sys.stderr.write(f"{question}\nGo on? Only `yes` is taken: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise CancelledError("Nothing was changed", why="the question was not answered with yes")
