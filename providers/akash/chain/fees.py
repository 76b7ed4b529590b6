"""What is paid for a unit of gas: the usual, what the node asks where that is more, and no more than the cap.

Each node sets its own least price and tells it (cosmos-sdk `cosmos.base.node.v1beta1.Service/Config`). Behind
one address there may be several, so a price that is found too low is raised.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

import msgspec

from ...base import Failure, ProviderError
from ..names import PROVIDER
from ..settings import USUAL_GAS_PRICE
from ..values import FEE_DENOM
from .failures import ChainError
from .rest import Rest
from .wire import Text

NODE = "/cosmos/base/node/v1beta1/config"
TOO_LOW = ("sdk", 13)
"""How a node refuses a fee: the transaction is in no block, and nothing was taken for it."""

_PRICE = re.compile(rf"([0-9]{{1,9}}(?:\.[0-9]{{1,18}})?){FEE_DENOM}")


class NodeAnswer(msgspec.Struct, frozen=True):
    """The node's settings; of its prices, each in another denomination, any one may be paid."""

    minimum_gas_price: Text = ""


def prices(rest: Rest, most_uakt: Decimal) -> Iterator[Decimal]:
    """Uakt per gas, to be offered in turn: each but the first is twice the one before, `most_uakt` the last.

    Raises `ChainError` `BILLING` where the node asks for more than that.
    """
    price = max(USUAL_GAS_PRICE, _told(rest))
    if price > most_uakt:
        raise too_dear(most_uakt)
    while price < most_uakt:
        yield price
        price *= 2
    yield most_uakt


def too_dear(most_uakt: Decimal) -> ChainError:
    """The error for a chain that takes no transaction for so little."""
    error = ChainError(Failure.BILLING, f"the chain asks for more than {most_uakt} {FEE_DENOM} per gas", coded=TOO_LOW)
    error.fix = f"raise options.gas_price_cap under [contexts.NAME.providers.{PROVIDER}], then run it again"
    return error


def _told(rest: Rest) -> Decimal:
    """What the node asks for; nothing where it does not say, since then a transaction shows it."""
    try:
        said = rest.get(NODE, NodeAnswer).minimum_gas_price
    except ProviderError:
        return Decimal(0)
    found = (_PRICE.fullmatch(coin.strip()) for coin in said.split(","))
    return max((Decimal(price[1]) for price in found if price), default=Decimal(0))
