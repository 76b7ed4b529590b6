"""What ends only where somebody ends it, as money that was paid ahead is spent, or by its seller, in words."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from ..core.clock import rfc3339
from .naming import span

SAME_END = timedelta(minutes=5)
"""Ends no further apart are one: a seller's timer may count in whole minutes."""


class Lasting(Protocol):
    """A machine that does not end by itself."""

    @property
    def name(self) -> str: ...

    @property
    def paid_until(self) -> datetime | None: ...

    @property
    def limit_hours(self) -> Decimal | None: ...


def only_by(machines: Sequence[Lasting], destroy: str, *, mark: str = "") -> str:
    """`a-1..2 end only by …, or when what is paid ahead is spent (about 2026-…Z)`; `mark` stands after the names.

    What its seller pays on for by itself ends `by its seller` instead.
    """
    ends = "ends" if len(machines) == 1 else "end"
    return f"{span([machine.name for machine in machines])}{mark} {ends} only by `{destroy}`{_spent(machines)}"


def _spent(machines: Sequence[Lasting]) -> str:
    """Nothing where one of them has no money paid ahead: that one bills on."""
    known = [machine.paid_until for machine in machines if machine.paid_until is not None]
    if not known or len(known) < len(machines):
        return ""
    first = "the first " if max(known) - min(known) > SAME_END else ""
    limited = {machine.limit_hours is not None for machine in machines}
    by_seller = "by its seller, which pays on until then" if True in limited else ""
    dry = "when what is paid ahead is spent" if False in limited else ""
    return f", or {' or '.join(filter(None, (dry, by_seller)))} ({first}about {rfc3339(min(known))})"
