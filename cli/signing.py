"""The signing of one plan: what to sign, by whom it may be, and where signatures go."""

from pathlib import Path
from shlex import quote

from ..access.addresses import parse_address
from ..access.approval_files import How
from ..access.approvals import Verdict, accept, approval_message
from ..access.builder import new_nonce
from ..access.facts import ApprovalRequest
from ..access.keystore import Keystore, describe_keystore, list_keystores
from ..access.policy import check_signer, load_policy
from ..core.clock import Clock, rfc3339, system_clock
from ..core.contexts import ApprovalSettings, NamedContext
from ..core.errors import MissingError, UnexpectedChangeError, UsageError
from ..provisioning.control import Control
from .facts import plan_facts
from .gate import SiweGate
from .planfiles import SavedPlan


class Signing:
    """Everything about approving one saved plan in one context."""

    def __init__(self, named: NamedContext, saved: SavedPlan, clock: Clock = system_clock) -> None:
        self.saved = saved
        self.settings = _settings(named, saved)
        self._gate = SiweGate(named.context, saved, clock)
        self._clock = clock
        _refuse_used(Control(named), saved)
        self._policy = load_policy(self.settings.policy)
        self._request = ApprovalRequest(
            facts=plan_facts(saved.plan, saved.digest),
            domain=self.settings.domain,
            uri=self.settings.uri,
            chain_id=self._policy.chain_id,
        )

    def text_for(self, address: str) -> str:
        """What `address` is to sign, with a fresh nonce. Raises `PolicyError` for a wallet that may not."""
        try:
            account = parse_address(address)
        except ValueError as error:
            fix = "give it as 0x and 40 hex digits, in EIP-55 case"
            raise UsageError("That is no address", why=str(error), fix=fix, code="AMP-ADDRESS") from error
        check_signer(self._policy, account)
        return approval_message(self._request, account, now=self._clock(), nonce=new_nonce())

    def take(self, raw: bytes, signature: str, how: How) -> Path:
        """Store a signature that counts. Raises `PolicyError` for any other."""
        return accept(
            self.saved.approvals,
            self._request,
            self._policy,
            raw=raw,
            signature=signature,
            how=how,
            now=self._clock(),
        )

    def verdict(self) -> Verdict:
        """Where the plan stands now."""
        return self._gate.verdict(self.saved.plan, self.saved.digest)

    def keystore(self, wanted: str | None) -> Keystore:
        """The key file asked for, or the only one that the context has."""
        if wanted is not None and Path(wanted).is_file():
            return self._allowed(describe_keystore(Path(wanted)))
        known = list_keystores(self.settings.keystores) if self.settings.keystores else []
        fitting = [each for each in known if wanted in {None, each.name}]
        if len(fitting) == 1:
            return self._allowed(fitting[0])
        names = ", ".join(each.name for each in known) or "none"
        raise MissingError(
            "Which wallet?" if wanted is None else f"There is no wallet {wanted!r}",
            why=f"the context has: {names}",
            fix="add --wallet NAME or --wallet FILE",
            code="AMP-WALLET",
        )

    def _allowed(self, keystore: Keystore) -> Keystore:
        """Refuse before the key is opened, where the file says whose it is."""
        if keystore.address is not None:
            check_signer(self._policy, keystore.address)
        return keystore


def _refuse_used(control: Control, saved: SavedPlan) -> None:
    use = control.used(saved.plan.name, saved.digest)
    if use is not None:
        raise UnexpectedChangeError(
            "The plan was applied before",
            why=f"at {rfc3339(use.at)}; a plan is good for one apply, so there is nothing to approve",
            fix=f"ampacity recover {saved.plan.name}, or ampacity plan SPEC",
            code="AMP-PLAN-USED",
        )


def _settings(named: NamedContext, saved: SavedPlan) -> ApprovalSettings:
    if named.context.approval is None:
        raise UsageError(
            "No approval is required",
            why=f"the context {named.name!r} has no policy",
            fix=f"ampacity apply {quote(str(saved.path))}",
            code="AMP-APPROVAL-NONE",
        )
    return named.context.approval
