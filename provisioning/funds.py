"""Whether the accounts that pay ahead hold what a plan locks: seen before the plan is used, for all of it at once."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from ..core.errors import PolicyError
from ..core.money import show_usd, total
from ..planning.prepaid import Quote
from ..providers.base import Account, Pays, ProviderError, capability
from .desk import Desk
from .refusals import PLAN_AGAIN


def refuse_unpaid(desk: Desk, quotes: Iterable[Quote], sites: Path | None) -> tuple[str, ...]:
    """Raises `PolicyError` AMP-FUNDS where an account surely lacks what is locked at its seller together.

    What nobody knows is no lack: it comes back as a line, since an order that cannot be paid would use the plan up.
    """
    sums: dict[str, list[Decimal]] = {}
    for quote in quotes:
        if quote.usd:
            sums.setdefault(quote.provider, []).append(quote.usd)
    return tuple(line for name in sorted(sums) for line in _doubts(desk, name, sums[name], sites))


def _doubts(desk: Desk, name: str, locked: list[Decimal], sites: Path | None) -> Iterator[str]:
    payer = capability(desk.open(name, str(sites) if sites else None), Pays)  # type: ignore[type-abstract]
    if payer is None:
        return
    needed, free = total(locked), None
    try:
        account = payer.account()
        refuse_poor(name, account, needed=needed, machines=len(locked))
        free, why = account.free_usd, f"{name} does not say what {account.name or 'the account'} has"
    except ProviderError as error:
        why = f"{name} cannot be asked what the account has ({error.why})"
    if free is None:
        yield f"{why}, and {show_usd(needed)} is to be locked: an order that it cannot pay is refused there"


def refuse_poor(name: str, account: Account, *, needed: Decimal, machines: int) -> None:
    """Raises `PolicyError` AMP-FUNDS for an account that surely cannot pay `needed` US dollars for `machines`."""
    free = account.free_usd
    short = free is not None and free < needed
    if not short and not account.lack:
        return
    noun = "machine" if machines == 1 else f"{machines} machines"
    sums = f"{account.name} has {show_usd(free)}, and {show_usd(needed)} is locked for {noun}"
    ways = [account.fund or account.fix, *([f"fewer ttl_hours and {PLAN_AGAIN}"] if short else [])]
    raise PolicyError(
        f"{name} cannot be paid what the plan locks",
        why="; ".join(filter(None, (sums if short else "", account.lack))),
        fix=f"{', or '.join(filter(None, ways))}; then ampacity apply PLAN",
        code="AMP-FUNDS",
    )
