"""Why a signed message was refused: one typed reason each, so that callers and tests need not read prose."""

from enum import StrEnum

from ...core.errors import PolicyError


class Reason(StrEnum):
    """The first rule that the message or its signature broke."""

    TOO_LARGE = "too-large"
    NOT_TEXT = "not-text"
    SYNTAX = "syntax"
    ADDRESS = "address"
    TIME_FORM = "time-form"
    ROUND_TRIP = "round-trip"
    DOMAIN = "domain"
    URI = "uri"
    CHAIN = "chain"
    NONCE = "nonce"
    RESOURCE = "resource"
    ISSUED_IN_FUTURE = "issued-in-future"
    TOO_OLD = "too-old"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    SIGNATURE_FORM = "signature-form"
    SIGNATURE_RANGE = "signature-range"
    SIGNER = "signer"
    TEXT = "text"
    NOT_IN_POLICY = "not-in-policy"
    REPEATED = "repeated"
    INTERNAL = "internal"


class DeniedError(PolicyError):
    """The message does not prove what it was asked to prove. `reason` is stable; `why` is for people."""

    def __init__(self, reason: Reason, why: str, *, what: str = "", fix: str = "") -> None:
        super().__init__(
            what or "A signed message is refused",
            why=why,
            fix=fix or "sign a fresh message: ampacity approve PLAN",
            code=f"AMP-SIWE-{reason.value.upper()}",
        )
        self.reason = reason
