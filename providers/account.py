"""The account that a seller is paid from: whose it is, and what is in it."""

from decimal import Decimal

import msgspec


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What an account holds of one kind of money. `amount` is in whole `unit`s, `None` where nobody says."""

    unit: str
    amount: Decimal | None
    used_for: str
    """What is paid with it, such as `deposits`."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account of one's own at a seller. `name` is empty where the context names none.

    `lack` is why it cannot pay for anything now, empty where it can, or where that is not known; `fix` is the way on.
    `free_usd` is what can be paid ahead from it now, `None` where nobody says; `fund` is how more gets in.
    """

    name: str
    holds: tuple[Holding, ...] = ()
    lack: str = ""
    fix: str = ""
    free_usd: Decimal | None = None
    fund: str = ""
