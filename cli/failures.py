"""The one renderer of failures: what happened, why, what to do next, and a stable code."""

import json
import sys
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from typer import Abort
from typer import Exit as TyperExit
from typer._click.exceptions import ClickException, NoArgsIsHelpError, UsageError

from ..core.errors import AmpacityError, Exit
from .spoken import typed

FAILURES = (Exception, KeyboardInterrupt)


def render(error: BaseException, arguments: list[str]) -> int:
    """Tell the person (stderr) or the pipeline (JSON on stdout) and return the exit status."""
    if isinstance(error, TyperExit):
        return int(error.exit_code)
    if isinstance(error, NoArgsIsHelpError):
        sys.stdout.write(error.format_message() + "\n")
        return int(Exit.USAGE)
    failure = _as_failure(error)
    if {"-v", "--verbose"} & set(arguments):
        _traceback(error)
    if _wants_json(arguments):
        sys.stdout.write(json.dumps(_envelope(failure), indent=2) + "\n")
    else:
        sys.stderr.write(_words(failure))
    if "--detailed-exitcode" in arguments:
        return int(Exit.GENERIC)
    return int(failure.exit)


def as_data(failure: AmpacityError) -> dict[str, str]:
    """One entry of `errors[]`."""
    kind = type(failure).__name__.removesuffix("Error").lower()
    return {
        "code": failure.code,
        "kind": kind,
        "message": failure.what,
        "why": typed(failure.why),
        "hint": typed(failure.fix),
    }


def _as_failure(error: BaseException) -> AmpacityError:
    if isinstance(error, AmpacityError):
        return error
    if isinstance(error, ClickException):
        return _usage(error)
    if isinstance(error, KeyboardInterrupt | Abort):
        return _cancelled()
    what = f"Ampacity failed in a way it does not know: {type(error).__name__}"
    return AmpacityError(what, why=str(error)[:500], fix="run it again with -v and report it", code="AMP-BUG")


def _usage(error: ClickException) -> AmpacityError:
    from ..core.errors import UsageError as Usage

    ctx = error.ctx if isinstance(error, UsageError) else None
    where = ctx.command_path if ctx else "ampacity"
    return Usage(error.format_message(), fix=f"{where} --help", code="AMP-USAGE")


def _cancelled() -> AmpacityError:
    from ..core.errors import CancelledError

    return CancelledError("Cancelled", why="nothing more was started", fix="ampacity status")


def _words(failure: AmpacityError) -> str:
    lines = [f"error: {failure.what} [{failure.code}]"]
    lines += [*_told("why", failure.why), *_told("fix", failure.fix)]
    return "\n".join(lines) + "\n"


def _told(word: str, text: str) -> list[str]:
    """`text` under its word, as it can be typed; nothing where there is none."""
    head = f"  {word}: "
    return [(" " * len(head) if at else head) + line for at, line in enumerate(typed(text).splitlines())]


def _envelope(failure: AmpacityError) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"schema": "ampacity.error/1", "generated_at": now, "data": None, "errors": [as_data(failure)]}


def _wants_json(arguments: list[str]) -> bool:
    if "--json" in arguments or "-ojson" in arguments or "--output=json" in arguments:
        return True
    return any(flag in {"-o", "--output"} and value == "json" for flag, value in pairwise(arguments))


def _traceback(error: BaseException) -> None:
    import traceback

    traceback.print_exception(error, file=sys.stderr)
