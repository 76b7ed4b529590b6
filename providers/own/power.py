"""How much power a rack may use always, and what it is made of. Pure.

kW = volts x amps x sqrt(3 for three phases) x power factor x derate / 1000. With two sides (2N) one
must carry all when the other fails, so the smaller side counts and the sides are never added up.
"""

from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal

from .sites import Feed, Rack

_WATT = Decimal("0.001")


def usable_kw(feed: Feed) -> Decimal:
    """What one side gives without end, rounded down to the watt."""
    root = Decimal(feed.phases).sqrt()
    kw = feed.volts * feed.amps * root * feed.power_factor * feed.derate / 1000
    return kw.quantize(_WATT, rounding=ROUND_FLOOR)


def rack_kw(rack: Rack) -> Decimal:
    """What is there for nodes: the feeds' power within `max_kw`, less what else stands in the rack."""
    sides = [usable_kw(feed) for feed in rack.feeds.values()]
    fed = min(sides) if rack.redundancy == "2n" else sum(sides, Decimal(0))
    most = fed if rack.max_kw is None else min(fed, rack.max_kw)
    return max(Decimal(0), most - rack.other_kw)


def describe(rack: Rack, bases: Iterable[str]) -> str:
    """`nameplate; 415 V 60 A 3ph x 0.8, min of a/b`: how `rack_kw` was made, for people."""
    join = "min of " if rack.redundancy == "2n" else "sum of "
    seen = dict.fromkeys(_side(feed) for feed in rack.feeds.values())
    text = f"{'/'.join(sorted(set(bases)))}; {' | '.join(seen)}"
    if len(rack.feeds) > 1:
        text += f", {join}{'/'.join(sorted(rack.feeds))}"
    if rack.max_kw is not None:
        text += f", at most {rack.max_kw} kW"
    return text + (f", less {rack.other_kw} kW of other load" if rack.other_kw else "")


def _side(feed: Feed) -> str:
    factor = "" if feed.power_factor == 1 else f" x pf {feed.power_factor}"
    return f"{feed.volts} V {feed.amps} A {feed.phases}ph{factor} x {feed.derate}"
