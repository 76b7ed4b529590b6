"""What sellers lock when a plan is applied, as a figure of the plan: so it is shown, signed and held to."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from ..core.money import ceil_cents, plain, show_usd
from .plan import Plan, Prepaid
from .totals import make_totals
from .warn import no_end


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a seller that is paid ahead would lock for `machine`.

    `usd` is `None` where it did not say: then `why`, and how that is mended, `fix`, as far as it told; `code` is
    that of its error. `limit_hours` is as in `Prepaid`.
    """

    machine: str
    provider: str
    usd: Decimal | None
    why: str = ""
    fix: str = ""
    code: str = ""
    limit_hours: Decimal | None = None

    @property
    def said(self) -> str:
        """Why, with the code."""
        return f"{self.why} [{self.code}]" if self.code else self.why


def with_prepaid(plan: Plan, quotes: Sequence[Quote], *, budget_usd: Decimal | None) -> Plan:
    """`plan` with what is locked at first in its figures. `budget_usd` is the spec's in all."""
    if not quotes:
        return plan
    prepaid = tuple(
        Prepaid(machine=each.machine, deposit_usd=_cents(each.usd), limit_hours=each.limit_hours) for each in quotes
    )
    totals = make_totals(
        plan.base,
        plan.machines,
        {offer.id: offer for offer in plan.offers},
        ceiling_usd_per_hour=plan.totals.ceiling_usd_per_hour,
        hours=plan.hours,
        ttl_hours=plan.ttl_hours,
        now=plan.created_at,
        prepaid=prepaid,
    )
    endless = no_end(plan.name)
    spent = f"{endless}, or until what is paid ahead is spent"
    bounded = plan.totals.worst_case_usd is None and totals.worst_case_usd is not None
    said = (spent if bounded and warning == endless else warning for warning in plan.warnings)
    warnings = (*said, *_warnings(quotes, totals.deposit_usd, budget_usd))
    return msgspec.structs.replace(plan, prepaid=prepaid, totals=totals, warnings=warnings)


def _cents(usd: Decimal | None) -> Decimal | None:
    return None if usd is None else plain(ceil_cents(usd))


def _warnings(quotes: Sequence[Quote], deposit_usd: Decimal | None, budget_usd: Decimal | None) -> Iterator[str]:
    for provider, why in sorted({(each.provider, each.said) for each in quotes if each.usd is None}):
        yield f"what {provider} locks at first is not known, and apply refuses that: {why}"
    if deposit_usd is not None and budget_usd is not None and deposit_usd > budget_usd:
        yield f"{show_usd(deposit_usd)} is locked at first, above the budget of {show_usd(budget_usd)}"
