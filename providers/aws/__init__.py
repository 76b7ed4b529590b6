"""AWS EC2: on-demand and spot GPU instances. Creating is idempotent by `ClientToken`.

Only x86 and ARM instances with whole NVIDIA GPUs in the account's default VPC; EFA interfaces,
capacity blocks and reservations are not used. Nothing here imports boto3 before it is needed.
"""

from ..base import Seat
from .provider import Aws

PROVIDER = Aws


def open_provider(seat: Seat) -> Aws:
    """The seller as `seat` configures it. Raises `UsageError` for settings that it does not know."""
    return Aws(seat)
