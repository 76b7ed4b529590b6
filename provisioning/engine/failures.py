"""The engine failed as a whole: its exit status and last words as one error of ours.

Exit statuses are those of Pulumi since 3.226.1 and the same as `core.errors.Exit`.
"""

import signal
from collections.abc import Sequence
from pathlib import Path

from ...core.errors import (
    AmpacityError,
    AuthError,
    CancelledError,
    MissingError,
    ResourceError,
    TimedOutError,
    UnexpectedChangeError,
)
from .results import Diagnostic

TAIL_LINES = 6
UNOPENED = "AMP-PASSPHRASE"
"""The code where the engine cannot open the state: nothing was touched."""

_KINDS: dict[int, type[AmpacityError]] = {
    3: AuthError,
    6: MissingError,
    8: CancelledError,
    9: TimedOutError,
}


def refuse(verb: str, exit_code: int, log: Path, diagnostics: Sequence[Diagnostic] = ()) -> AmpacityError:
    """The error for a run that never came to an end of its own."""
    told = [item.text for item in diagnostics if item.severity == "error"]
    why = "; ".join(told) or _tail(log) or f"exit status {exit_code}"
    if exit_code < 0:
        why = f"it was ended by {signal.Signals(-exit_code).name}"
    if "currently locked by" in why:
        return UnexpectedChangeError("Another run holds the deployment", why=why, fix="wait for it", code="AMP-LOCKED")
    if "incorrect passphrase" in why:
        return AuthError(
            "The state's passphrase is not the one that it was made with",
            why="the engine cannot open the state's secrets",
            fix="set the context's state.passphrase to the first one",
            code=UNOPENED,
        )
    kind = _KINDS.get(exit_code, ResourceError)
    return kind(
        f"The engine did not finish {verb!r}", why=why, fix=f"read {log}, then ampacity recover NAME", code="AMP-ENGINE"
    )


def _tail(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    return " ".join([line for line in lines if line][-TAIL_LINES:])
