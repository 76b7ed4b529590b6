"""Which offers nobody could buy now, although they are offers: all taken, or without power for one node more."""

from collections.abc import Iterable

from ..providers.base import Offer, PowerLimit


class Stock:
    """What is left by the `limits` of whoever has racks. A feed of which nobody says anything keeps nobody out."""

    def __init__(self, limits: Iterable[PowerLimit]) -> None:
        self._free_kw = {limit.feed: limit.free_kw for limit in limits}

    def lacks(self, offer: Offer) -> str:
        """`none left` or `no power left`; empty where one more can be had, or nobody says."""
        if offer.none_left:
            return "none left"
        draw = offer.power
        feeds = draw.feeds if draw is not None else ()
        short = draw is not None and any(self._free_kw.get(feed, draw.node_kw) < draw.node_kw for feed in feeds)
        return "no power left" if short else ""

    def there_first(self, offers: Iterable[Offer]) -> list[Offer]:
        """`offers` in their order, but for those that nobody could buy: these come last."""
        return sorted(offers, key=lambda offer: bool(self.lacks(offer)))
