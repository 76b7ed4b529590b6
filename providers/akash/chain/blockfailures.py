"""A transaction that was accepted and then failed in its block: what it asked for is not done, and its fee is gone.

Of a transaction all messages happen, or none (cosmos-sdk `baseapp`), so what it was for tells what is as it was.
"""

from decimal import Decimal
from typing import ClassVar

from ...text import clean
from ..values import UAKT_PER_AKT
from .failures import FIXES, ChainError, Code, kind_of

UNDONE = {
    "MsgCreateDeployment": "no order is open, no deposit is locked",
    "MsgCreateLease": "the bid is not taken, nothing bills by it",
    "MsgAccountDeposit": "nothing was added to the deposit",
    "MsgCloseDeployment": "the deployment is still open and holds its deposit",
}
"""By the message's name."""
RECOVER = "ampacity recover NAME"
"""A plan is used up by its apply: what making a machine came to is finished by this alone."""
AGAIN = {"MsgCreateDeployment": RECOVER, "MsgCreateLease": RECOVER}
"""How the same is tried again, by the message's name; any other by the command that sent it."""


class FailedInBlockError(ChainError):
    """Accepted, in a block, and failed: the same again, with the numbers of then, may succeed.

    `fee_uakt` is what it offered, `None` where somebody else pays that; one that failed at the block's own
    checks has not even paid it.
    """

    default_code: ClassVar[str] = "AMP-AKASH-TX-FAILED"

    def __init__(self, coded: Code, log: str, *, message: str, fee_uakt: int | None) -> None:
        said = f"{clean(log) or 'it does not say why'} (codespace {coded[0]} code {coded[1]})"
        why = f"{said}; {UNDONE.get(message, 'nothing of it happened')}, and only {_fee(fee_uakt)} is gone"
        kind = kind_of(coded)
        super().__init__(kind, why, coded=coded)
        self.what = "The chain accepted the transaction and then failed it"
        self.code = self.default_code
        self.fix = FIXES.get(kind, AGAIN.get(message, "run the same command again"))


def _fee(fee_uakt: int | None) -> str:
    return "a fee, which the Console pays," if fee_uakt is None else f"its fee ({Decimal(fee_uakt) / UAKT_PER_AKT} AKT)"
