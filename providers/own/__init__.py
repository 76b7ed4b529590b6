"""Racks of one's own, from a `sites.yaml`: power is a limit, and creating reserves a named node.

Nothing is switched on or off here yet: a reservation is a promise in the site's ledger that no
other deployment gets the node, and the output says so.
"""

from ..base import Seat
from .provider import OwnRacks

PROVIDER = OwnRacks


def open_provider(seat: Seat) -> OwnRacks:
    """The racks that `seat` names. Raises `UsageError` for settings that it does not know."""
    return OwnRacks(seat)
