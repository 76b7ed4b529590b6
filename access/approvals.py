"""Approvals of a plan: the text to sign, taking a signature in, and counting k of n."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from ..core.clock import rfc3339
from ..core.errors import PolicyError, UnexpectedChangeError
from .addresses import Address
from .approval_files import Approval, How, Rejected, read_folder, store
from .builder import build_text
from .facts import ApprovalRequest, PlanFacts
from .policy import Policy, Wallet, check_signer
from .siwe.denied import DeniedError, Reason
from .siwe.message import Message, Stamp
from .siwe.serialise import serialise
from .siwe.verify import Expectation, verify
from .statement import statement


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the policy is satisfied. `sentence` is for the record and for people."""

    allowed: bool
    have: int
    need: int
    by: tuple[Wallet, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    missing: tuple[Wallet, ...] = ()
    """Those of the policy that have not approved."""
    sentence: str


def approval_message(request: ApprovalRequest, address: Address, *, now: datetime, nonce: str) -> str:
    """The exact text that `address` is to sign: one line of prose, the plan's digest, the plan's expiry.

    Raises `UnexpectedChangeError` for an expired plan, `DeniedError` for values that no message can hold.
    """
    if now >= request.facts.expires_at:
        raise UnexpectedChangeError(
            "The plan has expired",
            why=f"it could be applied until {rfc3339(request.facts.expires_at)}",
            fix="ampacity plan SPEC",
            code="AMP-PLAN-EXPIRED",
        )
    return build_text(_message(request, address, now, nonce))


def accept(
    folder: Path,
    request: ApprovalRequest,
    policy: Policy,
    *,
    raw: bytes,
    signature: str,
    how: How,
    now: datetime,
) -> Path:
    """Store a signature of the message `raw`, made here or pasted in, if it would count.

    Raises `PolicyError` with the reason if it would not.
    """
    wallet, _ = _judge(raw, signature, request, policy, now)
    approval = Approval(message=raw.decode("ascii"), signature=signature, signed_with=how)
    return store(folder, wallet.account, approval)


def check_approvals(folder: Path, facts: PlanFacts, policy: Policy, *, domain: str, uri: str, now: datetime) -> Verdict:
    """Count the distinct wallets of `policy` whose approvals in `folder` hold for exactly this plan."""
    request = ApprovalRequest(facts=facts, domain=domain, uri=uri, chain_id=policy.chain_id)
    stored, rejected = read_folder(folder)
    by: dict[Address, Wallet] = {}
    nonces: set[str] = set()
    for one in stored:
        try:
            raw = one.approval.message.encode("utf-8")
            wallet, message = _judge(raw, one.approval.signature, request, policy, now)
            _refuse_repeats(wallet, message, by, nonces)
        except PolicyError as error:
            rejected.append(Rejected(file=one.file, why=error.why))
        else:
            by[wallet.account] = wallet
            nonces.add(message.nonce)
    return _verdict(policy, list(by.values()), rejected)


def not_required() -> Verdict:
    """The verdict for a context that names no policy. Never use it for a policy that cannot be read."""
    return Verdict(allowed=True, have=0, need=0, sentence="no approval is required in this context")


def demand(verdict: Verdict, *, fix: str) -> str:
    """The verdict's sentence if it allows; raises `PolicyError` with every refused file and `fix` if not."""
    if verdict.allowed:
        return verdict.sentence
    refused = "".join(f"; {one.file}: {one.why}" for one in verdict.rejected)
    raise PolicyError(
        "The plan is not approved as its policy demands",
        why=verdict.sentence + refused,
        fix=fix,
        code="AMP-APPROVAL-MISSING",
    )


def demand_still(policy: Policy, approvers: Collection[str] | None) -> None:
    """Raises `PolicyError` AMP-APPROVAL-LAPSED where those who approved a plan that was used are too few by `policy`.

    `None` where nobody knows who they were: then a policy is not satisfied.
    """
    by = [wallet.name for wallet in policy.wallets if wallet.address in (approvers or ())]
    if len(by) >= policy.required:
        return
    names = " and ".join(by) or "nobody"
    why = f"of those who approved the plan {names} may by now: {len(by)} of {policy.required} required"
    raise PolicyError(
        "What was approved does not satisfy the policy of now, so nothing is bought by it",
        why="who approved the plan is not on record" if approvers is None else why,
        fix="ampacity plan SPEC, then approve and apply it",
        code="AMP-APPROVAL-LAPSED",
    )


def _message(request: ApprovalRequest, address: Address, issued_at: datetime, nonce: str) -> Message:
    return Message(
        domain=request.domain,
        address=address,
        statement=statement(request.facts),
        uri=request.uri,
        chain_id=request.chain_id,
        nonce=nonce,
        issued_at=_stamp(issued_at),
        expiration_time=_stamp(request.facts.expires_at),
        resources=(request.resource,),
    )


def _stamp(moment: datetime) -> Stamp:
    return Stamp(rfc3339(moment), moment)


def _judge(
    raw: bytes, signature: str, request: ApprovalRequest, policy: Policy, now: datetime
) -> tuple[Wallet, Message]:
    """The wallet that signed exactly the text of this plan; raises `PolicyError` otherwise."""
    expectation = Expectation(
        domain=request.domain,
        uri=request.uri,
        chain_id=request.chain_id,
        nonce=None,  # a plan can be used once, whatever the nonce
        resource=request.resource,
        now=now,
        max_age=timedelta(hours=policy.max_age_hours),
    )
    message = verify(raw, signature, expectation).message
    wanted = _message(request, message.address, message.issued_at.moment, message.nonce)
    if serialise(wanted) != raw:
        raise DeniedError(Reason.TEXT, "the text that was signed is not what this plan says")
    return check_signer(policy, message.address), message


def _refuse_repeats(wallet: Wallet, message: Message, by: dict[Address, Wallet], nonces: set[str]) -> None:
    if wallet.account in by:
        raise DeniedError(Reason.REPEATED, f"{wallet.name} has approved already; a wallet counts once")
    if message.nonce in nonces:
        raise DeniedError(Reason.REPEATED, "its nonce is that of another approval")


def _verdict(policy: Policy, by: Sequence[Wallet], rejected: Sequence[Rejected]) -> Verdict:
    allowed = len(by) >= policy.required
    missing = tuple(wallet for wallet in policy.wallets if wallet not in by)
    names = " and ".join(wallet.name for wallet in by) or "nobody"
    sentence = f"approved by {names}: {len(by)} of {policy.required} required"
    if not allowed:
        sentence += f"; still to ask: {', '.join(wallet.name for wallet in missing)}"
    return Verdict(
        allowed=allowed,
        have=len(by),
        need=policy.required,
        by=tuple(by),
        rejected=tuple(rejected),
        missing=missing,
        sentence=sentence,
    )
