"""The gate that a plan must pass: provisioning asks, another room answers."""

from typing import Protocol

from ..core.digests import Digest
from ..planning.plan import Plan


class ApprovalGate(Protocol):
    """Says whether a plan is approved as its context demands. There is no default on purpose."""

    def check(self, plan: Plan, digest: Digest, /) -> str:
        """A sentence for the record, such as `2 of 3 wallets`; raises `PolicyError` when it is not approved."""
        ...
