"""Lambda: on-demand GPU instances by REST (OpenAPI 1.10.0). No spot market, no idempotent create.

Prices are in cents per instance; disk and public address are included. Since a create call cannot
be repeated safely, every launch is tagged with its token, looked up before, and looked up again
when its outcome is not known.
"""

from ..base import Seat
from .provider import LambdaCloud

PROVIDER = LambdaCloud


def open_provider(seat: Seat) -> LambdaCloud:
    """The seller as `seat` configures it. Raises `UsageError` for settings that it does not know."""
    return LambdaCloud(seat)
