"""Sellers that failed or are slow, one line each on stderr."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Timer

from ..core.errors import AmpacityError
from .output import say, warn

QUIET_SECONDS = 3.0
"""How long a person who watches is told nothing."""
ASKING = "asking the sellers; one that cannot be reached is tried for some seconds …"


def warn_about(errors: Iterable[AmpacityError]) -> None:
    """One line per failure, with its way on."""
    for error in errors:
        why = f": {'; '.join(error.why.splitlines())}" if error.why else ""
        fix = f" (fix: {error.fix})" if error.fix else ""
        warn(f"{error.what}{why}{fix} [{error.code}]")


def say_on_terminal(text: str) -> None:
    """One line for a person who watches; nothing in a pipe or a log."""
    if sys.stderr.isatty():
        say(text)


@contextmanager
def said_if_slow(text: str, *, seconds: float = QUIET_SECONDS) -> Iterator[None]:
    """Say `text` on a terminal where the block takes longer than `seconds`, so that nobody thinks that it hangs."""
    timer = Timer(seconds, say_on_terminal, (text,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
