"""The gates that a plan and what is bought by it later must pass: provisioning asks, another room answers."""

from typing import Protocol

import msgspec

from ..core.digests import Digest
from ..planning.plan import Plan


class Approved(msgspec.Struct, frozen=True, kw_only=True):
    """What goes on record of a plan that passed: a sentence, such as `2 of 3 wallets`, and whose approvals counted.

    There is nobody in `by` where nobody has to approve.
    """

    sentence: str
    by: tuple[str, ...] = ()


class ApprovalGate(Protocol):
    """Says whether a plan is approved as its context demands. There is no default on purpose."""

    def check(self, plan: Plan, digest: Digest, /) -> Approved:
        """How it is approved; raises `PolicyError` when it is not."""
        ...


class RecoveryGate(Protocol):
    """Says whether what was approved once may still buy: a policy may have changed since."""

    def check(self, approvers: tuple[str, ...] | None, /) -> None:
        """Raises `PolicyError` where these do not satisfy the policy of now; `None` where they are on no record."""
        ...
