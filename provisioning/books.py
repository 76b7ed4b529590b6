"""The last entry of a machine's books: what it cost in all, as its seller says, on disk once it is gone."""

import threading

from ..providers.base import Machine, MachineRef, Prepays, ProviderError, Provisions, Settlement, Token
from .journal import EntryState, Journal
from .plugin.patience import retry


def close_books(
    journal: Journal, seller: Provisions, token: Token, ref: MachineRef, *, last: Machine | None = None, note: str = ""
) -> None:
    """Record that the token's machine is gone: how it was seen `last`, and its seller's last word of its cost.

    Where its seller cannot be asked, or keeps no books, what is known already has to do. Raises as the journal does.
    """
    if last is not None:
        journal.settle_machine(last, token, EntryState.GONE, note=note)
    journal.settle(token, EntryState.GONE, id=ref.id, note=note, settlement=last_word(seller, ref))


def last_word(seller: Provisions, ref: MachineRef, *, patient: bool = True) -> Settlement | None:
    """What a machine that is gone cost, by its seller's books; `None` where it keeps none or cannot be asked."""
    if not isinstance(seller, Prepays):
        return None
    try:
        return retry(lambda: seller.settlement(ref), stop=threading.Event()) if patient else seller.settlement(ref)
    except ProviderError:
        return None
