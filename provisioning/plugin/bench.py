"""What every operation works with."""

import threading
from collections.abc import Callable
from datetime import datetime

import msgspec

from ...core.clock import Clock, system_clock
from ...core.errors import CancelledError
from ...providers.base import Labels, Machine, MachineOrder, Provisions, Token
from ..journal import Journal
from ..machines import MachineInputs
from .patience import poll, retry
from .sellers import Sellers


def _mute(_urn: str, _text: str) -> None:
    """Nobody is told."""


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """Sellers, journal and the wish to stop. `tell` shows a status line beside a resource."""

    sellers: Sellers
    journal: Journal
    stop: threading.Event
    settle_seconds: float
    deliver_seconds: float = 240.0
    """How long a bidder that was taken may fail to take what is to run; most give an order up after 300 s."""
    tell: Callable[[str, str], None] = _mute
    clock: Clock = system_clock

    def unsettled_seconds(self, since: datetime | None) -> float:
        """How much longer a machine asked for at `since` may be absent from its seller's list."""
        if since is None:
            return 0.0
        age = (self.clock() - since).total_seconds()
        return max(0.0, self.settle_seconds - age)

    def look_up(self, seller: Provisions, order: MachineOrder, since: datetime | None) -> Machine | None:
        """The machine that the order's token made, if any; asked until that is sure.

        Raises `ProviderError` where the seller cannot be asked, `CancelledError` on a stop before that.
        """
        return self.until_settled(lambda: seller.find(order.labels, order.offer), since)

    def until_settled(self, ask: Callable[[], Machine | None], since: datetime | None) -> Machine | None:
        """`ask`'s machine; `None` only once one made at `since` could no longer be absent by delay."""
        found = poll(lambda: retry(ask, stop=self.stop), seconds=self.unsettled_seconds(since), stop=self.stop)
        if found is None and self.stop.is_set() and self.unsettled_seconds(since) > 0:
            raise CancelledError("Stopped before it was clear whether there is a machine", fix="ampacity recover")
        return found


def order_of(inputs: MachineInputs, token: Token) -> MachineOrder:
    """The create call's argument."""
    labels = Labels(
        deployment=inputs.deployment,
        deployment_name=inputs.deployment_name,
        machine=inputs.name,
        plan=inputs.plan,
        token=token,
    )
    return MachineOrder(
        labels=labels,
        offer=inputs.offer,
        image=inputs.image,
        disk_gib=inputs.disk_gib,
        ssh_public_key=inputs.ssh_public_key,
        user_data=inputs.user_data,
        definition=inputs.definition,
        ends_at=inputs.ends_at,
        max_usd_per_hour=inputs.max_usd_per_hour,
    )
