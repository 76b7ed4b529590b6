"""The public face of a provider: what other rooms and other packages import.

A new provider is one folder with `open_provider(seat) -> Provider` and one line in `table.py`
(or an entry point `ampacity.providers` in a package of its own).
"""

from .auction import Bid, Bidders, BidRule, Sale, Stage, choose_bid
from .capabilities import (
    CAPABILITIES,
    Advises,
    Bids,
    Defines,
    Powered,
    Prepays,
    Provider,
    Provisions,
    Seat,
    SpotHistory,
    capability,
    has_capability,
)
from .errors import DEFINITE, RETRYABLE, Failure, ProviderAuthError, ProviderError, StillThereError
from .machine import Labels, Machine, MachineOrder, MachineRef, MachineState, Token
from .offer import Claim, Gpu, Market, Offer, OfferQuery, PowerDraw, PowerLimit, PricePart, Skip

__all__ = [
    "CAPABILITIES",
    "DEFINITE",
    "RETRYABLE",
    "Advises",
    "Bid",
    "BidRule",
    "Bidders",
    "Bids",
    "Claim",
    "Defines",
    "Failure",
    "Gpu",
    "Labels",
    "Machine",
    "MachineOrder",
    "MachineRef",
    "MachineState",
    "Market",
    "Offer",
    "OfferQuery",
    "PowerDraw",
    "PowerLimit",
    "Powered",
    "Prepays",
    "PricePart",
    "Provider",
    "ProviderAuthError",
    "ProviderError",
    "Provisions",
    "Sale",
    "Seat",
    "Skip",
    "SpotHistory",
    "Stage",
    "StillThereError",
    "Token",
    "capability",
    "choose_bid",
    "has_capability",
]
