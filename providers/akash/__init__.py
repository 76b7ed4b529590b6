"""Akash: GPUs by auction, paid from a deposit. One machine is one deployment with one order and one lease.

Prices are a provider's own, in uact per block; the block time is measured, so they are shown in
dollars per hour. A deployment holds money from the moment it is open, so that is when a machine
begins, and only closing the deployment gives back what is left.
"""

from ..base import Seat
from .provider import Akash

PROVIDER = Akash


def open_provider(seat: Seat) -> Akash:
    """The seller as `seat` configures it. Raises `UsageError` for settings that it does not know."""
    return Akash(seat)
