"""Sellers that failed or are slow, one line each on stderr."""

import sys
from collections.abc import Iterable

from ..core.errors import AmpacityError
from .output import say, warn


def warn_about(errors: Iterable[AmpacityError]) -> None:
    """One line per failure, with its way on."""
    for error in errors:
        why = f": {error.why}" if error.why else ""
        fix = f" (fix: {error.fix})" if error.fix else ""
        warn(f"{error.what}{why}{fix} [{error.code}]")


def say_on_terminal(text: str) -> None:
    """One line for a person who watches; nothing in a pipe or a log."""
    if sys.stderr.isatty():
        say(text)
