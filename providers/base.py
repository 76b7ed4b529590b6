"""The public face of a provider: what other rooms and other packages import.

A new provider is one folder with `open_provider(seat) -> Provider` and one line in `table.py`
(or an entry point `ampacity.providers` in a package of its own).
"""

from .account import Account, Holding
from .auction import Bid, Bidders, BidRule, Sale, Stage, choose_bid
from .capabilities import (
    CAPABILITIES,
    Advises,
    Bids,
    Defines,
    Narrows,
    NeedsKey,
    Pays,
    PaysOn,
    Powered,
    Prepays,
    Provider,
    Provisions,
    ReadsSites,
    Seat,
    SpotHistory,
    Warms,
    capability,
    has_capability,
)
from .errors import DEFINITE, RETRYABLE, Failure, ProviderAuthError, ProviderError, StillThereError
from .machine import Labels, Machine, MachineOrder, MachineRef, MachineState, Token
from .offer import Claim, Gpu, Market, Offer, OfferQuery, PowerDraw, PowerLimit, PricePart, Skip
from .settlement import Settlement

__all__ = [
    "CAPABILITIES",
    "DEFINITE",
    "RETRYABLE",
    "Account",
    "Advises",
    "Bid",
    "BidRule",
    "Bidders",
    "Bids",
    "Claim",
    "Defines",
    "Failure",
    "Gpu",
    "Holding",
    "Labels",
    "Machine",
    "MachineOrder",
    "MachineRef",
    "MachineState",
    "Market",
    "Narrows",
    "NeedsKey",
    "Offer",
    "OfferQuery",
    "Pays",
    "PaysOn",
    "PowerDraw",
    "PowerLimit",
    "Powered",
    "Prepays",
    "PricePart",
    "Provider",
    "ProviderAuthError",
    "ProviderError",
    "Provisions",
    "ReadsSites",
    "Sale",
    "Seat",
    "Settlement",
    "Skip",
    "SpotHistory",
    "Stage",
    "StillThereError",
    "Token",
    "Warms",
    "capability",
    "choose_bid",
    "has_capability",
]
