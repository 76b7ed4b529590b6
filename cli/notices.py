"""Sellers that failed, one line each on stderr."""

from collections.abc import Iterable

from ..core.errors import AmpacityError
from .output import warn


def warn_about(errors: Iterable[AmpacityError]) -> None:
    """One line per failure, with its way on."""
    for error in errors:
        why = f": {error.why}" if error.why else ""
        fix = f" (fix: {error.fix})" if error.fix else ""
        warn(f"{error.what}{why}{fix} [{error.code}]")
