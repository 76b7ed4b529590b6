"""What `status` hands back of a deployment that was destroyed."""

from datetime import datetime
from decimal import Decimal

import msgspec

from ...core.money import total
from .standing import FormerMachine
from .sums import sum_known


class EndedDeployment(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment that is no more, by its journal. It ended when the last of `machines` did."""

    name: str
    deployment: str
    created_at: datetime
    ended_at: datetime
    machines: tuple[FormerMachine, ...]

    @property
    def usd(self) -> Decimal | None:
        """What it cost in all; `None` when a part of it is not known."""
        return sum_known([machine.usd for machine in self.machines])

    @property
    def refunded_usd(self) -> Decimal:
        """What came back of money paid ahead, as far as that is known."""
        return total(machine.refunded_usd for machine in self.machines if machine.refunded_usd is not None)

    @property
    def estimated(self) -> int:
        """Of how many machines the bill is reckoned from price and time, and not their seller's last word."""
        return sum(not machine.settled for machine in self.machines)
