"""Which deployment is meant."""

from ..core.errors import MissingError, UsageError
from ..provisioning.control import Control


def chosen_name(control: Control, name: str | None) -> str:
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
