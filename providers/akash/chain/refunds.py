"""What closing a deployment gave back, as the transaction's own events tell it."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from ..values import DENOM, Address
from .txwire import Event

_COIN = re.compile(r"([0-9]{1,40})([a-zA-Z][a-zA-Z0-9/:._-]{1,127})")


def received_uact(events: Iterable[Event], owner: Address) -> Decimal | None:
    """What came into the account (cosmos-sdk bank's `coin_received`); `None` where the node shows no events."""
    events = list(events)
    if not events:
        return None
    coins = (coin for event in events if event.type == "coin_received" for coin in _coins(event, owner))
    return sum((Decimal(amount) for amount, denom in coins if denom == DENOM), Decimal(0))


def _coins(event: Event, owner: Address) -> Iterator[tuple[str, str]]:
    said = {attribute.key: attribute.value for attribute in event.attributes or ()}
    if said.get("receiver") == owner:
        yield from _COIN.findall(said.get("amount", ""))
