"""The gates that a plan and what is bought by it later must pass: provisioning asks, another room answers."""

from typing import Protocol

from ..core.digests import Digest
from ..planning.plan import Plan


class ApprovalGate(Protocol):
    """Says whether a plan is approved as its context demands. There is no default on purpose."""

    def check(self, plan: Plan, digest: Digest, /) -> str:
        """A sentence for the record, such as `2 of 3 wallets`; raises `PolicyError` when it is not approved."""
        ...

    def approvers(self, plan: Plan, digest: Digest, /) -> tuple[str, ...]:
        """Whose approvals count for it, for the record; none where nobody has to approve."""
        ...


class RecoveryGate(Protocol):
    """Says whether what was approved once may still buy: a policy may have changed since."""

    def check(self, approvers: tuple[str, ...] | None, /) -> None:
        """Raises `PolicyError` where these do not satisfy the policy of now; `None` where they are on no record."""
        ...
