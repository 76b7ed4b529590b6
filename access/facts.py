"""What an approval is about, in values that need no other room: the command line makes them from a plan."""

from datetime import datetime
from decimal import Decimal

import msgspec

from ..core.digests import Digest


class PlanFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a plan that a signer must see.

    `what` has one line a kind of change, such as `3 x p5.48xlarge from aws us-east-1 (on_demand)`.
    `worst_case_usd` is `None` for a deployment without an end; `ends` says when it ends, in words.
    `caution` is what the signer must know beside the changes, in words of our own. `deposit_usd` is
    what is locked at first, `None` where that is not known; `takes` says which bids an auction may take.
    """

    digest: Digest
    name: str
    context: str
    what: tuple[str, ...]
    ceiling_usd_per_hour: Decimal
    worst_case_usd: Decimal | None
    ends: str
    expires_at: datetime
    caution: str = ""
    deposit_usd: Decimal | None = Decimal(0)
    takes: tuple[str, ...] = ()
    if_destroyed: bool = False
    """Whether the worst case holds only where somebody destroys in time what does not end by itself."""
    usd_so_far: Decimal | None = Decimal(0)
    """What the deployment cost before, which comes on top of the worst case; `None` where that is not known."""


class ApprovalRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A plan to be approved, and to whom: domain and URI of the context, chain of its policy."""

    facts: PlanFacts
    domain: str
    uri: str
    chain_id: int

    @property
    def resource(self) -> str:
        """The plan's name in the message: its digest as a URN."""
        return f"urn:ampacity:plan:{self.facts.digest}"
