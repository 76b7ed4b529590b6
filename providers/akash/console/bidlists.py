"""The Console's list of bids. One operator finds it empty where the chain's is not, so both are asked."""

import msgspec

from ....core.shapes import ready
from ..chain import convert, marketwire
from ..values import Address, Dseq, MarketBid
from .client import ConsoleApi
from .failures import nonsense
from .wire import Data, Rows


def listed_bids(api: ConsoleApi, owner: Address, dseq: Dseq) -> list[MarketBid]:
    """The bids for a deployment of `owner`. Raises `ProviderError`, also for a bid for somebody else's."""
    rows = api.ask("GET", f"/v1/bids?dseq={dseq}", Data[Rows]).data
    found = [_read(row) for row in rows]
    if any((bid.id.owner, bid.id.dseq) != (owner, dseq) for bid in found):
        raise nonsense("the Console lists bids for another deployment")
    return found


def _read(row: msgspec.Raw) -> MarketBid:
    """Rows have the chain's own form, numbers of 64 bits as text."""
    try:
        return convert.bid(msgspec.json.decode(row, type=ready(marketwire.BidAnswer), strict=False).bid)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise nonsense(f"a bid of the Console: {error}") from error
