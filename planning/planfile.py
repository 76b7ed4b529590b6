"""The plan's file: canonical JSON and a newline. Its identity is the sha256 of the canonical JSON."""

from typing import Final

import msgspec

from ..core.digests import Digest, canonical, digest_bytes
from ..core.errors import UsageError
from .plan import Plan
from .planproof import contradictions

MAX_BYTES: Final = 8 << 20
CODE: Final = "AMP-PLAN-FILE"


def encode_plan(plan: Plan) -> bytes:
    """The file's bytes: RFC 8785 and a newline."""
    return canonical(plan) + b"\n"


def plan_digest(plan: Plan) -> Digest:
    """The plan's identity, which approvals sign and machines carry."""
    return digest_bytes(canonical(plan))


def decode_plan(data: bytes, *, name: str) -> Plan:
    """The plan in `data`, read from `name`. Raises `UsageError` AMP-PLAN-FILE.

    Refuses what is too large, not a plan, not byte for byte what `encode_plan` writes (so any key
    that is unknown, double, left out or written differently), and what contradicts itself.
    """
    if len(data) > MAX_BYTES:
        raise _refusal(name, f"it has {len(data)} bytes; a plan has at most {MAX_BYTES}")
    try:
        plan = msgspec.json.decode(data, type=Plan, strict=True)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _refusal(name, f"it is no plan: {error}") from error
    if not _is_canonical(plan, data):
        raise _refusal(name, "it was touched: its bytes are not as `plan` writes them")
    for contradiction in contradictions(plan):
        raise _refusal(name, f"it was touched: {contradiction}")
    return plan


def _is_canonical(plan: Plan, data: bytes) -> bool:
    import rfc8785

    try:
        return encode_plan(plan) == data
    except rfc8785.CanonicalizationError:
        return False


def _refusal(name: str, why: str) -> UsageError:
    return UsageError(f"{name} is not usable as a plan", why=why, fix="ampacity plan SPEC", code=CODE)
