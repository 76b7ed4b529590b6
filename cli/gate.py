"""The approval gates of a context, handed to provisioning, which knows nothing of wallets."""

from ..access.approvals import Verdict, check_approvals, demand, demand_still, not_required
from ..access.policy import load_policy
from ..core.clock import Clock, system_clock
from ..core.contexts import Context
from ..core.digests import Digest
from ..planning.plan import Plan
from ..provisioning.gate import Approved
from .cosigners import ways_to_approve
from .facts import plan_facts
from .planfiles import SavedPlan


class SiweGate:
    """Lets a plan pass when the wallets of the context's policy have signed exactly it."""

    def __init__(self, context: Context, saved: SavedPlan, clock: Clock = system_clock) -> None:
        self._context = context
        self._saved = saved
        self._clock = clock

    def verdict(self, plan: Plan, digest: Digest) -> Verdict:
        """Who has approved. Raises `PolicyError` for a policy that cannot be used."""
        settings = self._context.approval
        if settings is None:
            return not_required()
        return check_approvals(
            self._saved.approvals,
            plan_facts(plan, digest),
            load_policy(settings.policy),
            domain=settings.domain,
            uri=settings.uri,
            now=self._clock(),
        )

    def check(self, plan: Plan, digest: Digest) -> Approved:
        """What goes on record; raises `PolicyError` when the plan may not pass."""
        verdict = self.verdict(plan, digest)
        sentence = demand(verdict, fix="" if verdict.allowed else self._ways(verdict))
        return Approved(sentence=sentence, by=tuple(wallet.address for wallet in verdict.by))

    def _ways(self, verdict: Verdict) -> str:
        settings = self._context.approval
        return ways_to_approve(verdict, self._saved.path, settings.keystores if settings else None)


class StandingGate:
    """Lets a recovery buy while those who approved its plan satisfy the context's policy as it is now."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def check(self, approvers: tuple[str, ...] | None) -> None:
        """Raises `PolicyError` where they do not, or where the policy cannot be used."""
        if self._context.approval is not None:
            demand_still(load_policy(self._context.approval.policy), approvers)
