"""Whether the accounts that pay ahead hold what is to be locked: seen before money is spent, for all of it at once."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from ..core.errors import PolicyError
from ..core.money import show_usd, total
from ..core.words import count
from ..planning.prepaid import Quote
from ..providers.base import Account, Pays, ProviderError, capability
from .desk import Desk
from .refusals import PLAN_AGAIN


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be locked. Who cannot pay that locks `less`, comes back with `again`, or gives it up.

    `freed_usd` comes back before, by seller: what is held for machines that end before they are made anew.
    """

    quotes: Sequence[Quote]
    sites: Path | None
    freed_usd: Mapping[str, Decimal] = {}
    less: str = f"fewer ttl_hours and {PLAN_AGAIN}"
    again: str = "ampacity apply PLAN"
    give_up: str = ""

    def locked(self) -> dict[str, list[Decimal]]:
        """The known sums that are locked, by seller."""
        sums: dict[str, list[Decimal]] = {}
        for quote in self.quotes:
            if quote.usd:
                sums.setdefault(quote.provider, []).append(quote.usd)
        return sums


def refuse_unpaid(desk: Desk, due: Due) -> tuple[str, ...]:
    """Raises `PolicyError` AMP-FUNDS where an account surely lacks what is locked at its seller together.

    What nobody knows is no lack: it comes back as a line, since an order that cannot be paid would use the plan up.
    """
    return tuple(line for name, sums in sorted(due.locked().items()) for line in _doubts(desk, due, name, sums))


def _doubts(desk: Desk, due: Due, name: str, locked: list[Decimal]) -> Iterator[str]:
    payer = capability(desk.open(name, str(due.sites) if due.sites else None), Pays)
    if payer is None:
        return
    needed, free = max(Decimal(0), total(locked) - due.freed_usd.get(name, Decimal(0))), None
    try:
        account = payer.account()
        _refuse_poor(due, name, account, needed=needed, machines=len(locked))
        free, why = account.free_usd, f"{name} does not say what {account.name or 'the account'} has"
    except ProviderError as error:
        why = f"{name} cannot be asked what the account has ({error.why})"
    if free is None:
        yield f"{why}, and {show_usd(needed)} is to be locked: an order that it cannot pay is refused there"


def _refuse_poor(due: Due, name: str, account: Account, *, needed: Decimal, machines: int) -> None:
    free = account.free_usd
    short = free is not None and free < needed
    if not short and not account.lack:
        return
    beside = " beside what comes back first" if due.freed_usd.get(name) else ""
    what = f"{show_usd(needed)} is locked for {count(machines, 'machine')}{beside}"
    sums = f"{account.name} has {show_usd(free)}, and {what}"
    ways = ", or ".join(filter(None, (account.fund or account.fix, due.less if short else "")))
    raise PolicyError(
        f"{name} cannot be paid what is to be locked",
        why="; ".join(filter(None, (sums if short else "", account.lack))),
        fix="; ".join(filter(None, (ways, f"then {due.again}", due.give_up and f"or {due.give_up}"))),
        code="AMP-FUNDS",
    )
