"""What the Console refuses, in neutral terms.

Every refusal is `{error, message, code, type, data?}` (its `hono-error-handler.service.ts`); branch on
the status, then on `code`. `message` is for people, and all that tells a bid that is gone from other
refusals of a lease (its `chain-error.service.ts`).
"""

import re

import msgspec

from ....core.shapes import ready
from ...base import Failure, ProviderAuthError, ProviderError
from ...http import Answer
from ...text import clean
from ..names import PROVIDER

KEY_FIX = f"set secrets.api_key under [contexts.NAME.providers.{PROVIDER}] (Console, Settings, API Keys)"

UNREACHABLE_PROVIDER = "provider_unreachable"
"""The lease was not made: another bid may be taken."""
MANIFEST_NOT_DELIVERED = "manifest_not_delivered"
"""The lease was made, and its provider has not got the manifest."""

_CODES = {
    "insufficient_balance": Failure.BILLING,
    "balance_top_up_pending": Failure.THROTTLED,
    "payment_required": Failure.BILLING,
    "fair_use_policy_required": Failure.BILLING,
    UNREACHABLE_PROVIDER: Failure.CAPACITY_GLOBAL,
}
_STATUSES = {
    401: Failure.AUTH,
    402: Failure.BILLING,
    403: Failure.AUTH,
    408: Failure.UNREACHABLE,
    429: Failure.THROTTLED,
}
_GONE = re.compile(r"bid (?:is no longer|not) open|order (?:has already been|not open)|order not found", re.IGNORECASE)
"""A bid or order that is gone, by its words, as the Console gives no code for it.

They are those of its source and of the chain's errors; no answer was recorded. By words that are not known the
refusal is `INVALID`: the order is closed and its deposit comes back, where the next bid could have been taken.
"""
FIXES = {Failure.BILLING: "add credits to the account in the Console, then run it again"}


class Trouble(msgspec.Struct, frozen=True):
    """The body of a refusal."""

    message: str = ""
    code: str = ""


class RefusedError(ProviderError):
    """A clear refusal. `status` is HTTP's, `seller_code` the Console's own."""

    def __init__(self, kind: Failure, why: str, *, status: int, seller_code: str = "") -> None:
        super().__init__(PROVIDER, kind, why, fix=FIXES.get(kind, ""))
        self.status = status
        self.seller_code = seller_code


class RefusedKeyError(RefusedError, ProviderAuthError):
    """The API key is not taken."""

    def __init__(self, why: str, *, status: int, seller_code: str = "") -> None:
        ProviderAuthError.__init__(self, PROVIDER, why, fix=KEY_FIX)
        self.status = status
        self.seller_code = seller_code


class ThrottledError(RefusedError):
    """Too many calls, or a card is being charged. `retry_after_seconds` is what was asked for, if anything was."""

    def __init__(self, why: str, *, status: int, seller_code: str = "", retry_after_seconds: float | None) -> None:
        super().__init__(Failure.THROTTLED, why, status=status, seller_code=seller_code)
        self.retry_after_seconds = retry_after_seconds


def refusal(answer: Answer, *, hide: str | None = None) -> RefusedError:
    """The error that an answer with a status of 400 or more means. `hide` is not shown, should it be repeated."""
    trouble, status = _trouble(answer.body), answer.status
    shown = trouble.message.replace(hide, "***") if hide else trouble.message
    why = clean(shown) or f"HTTP status {status}"
    kind = _kind(status, trouble)
    if kind is Failure.AUTH:
        return RefusedKeyError(why, status=status, seller_code=trouble.code)
    if kind is Failure.THROTTLED:
        wait = answer.retry_after_seconds
        return ThrottledError(why, status=status, seller_code=trouble.code, retry_after_seconds=wait)
    return RefusedError(kind, why, status=status, seller_code=trouble.code)


def nonsense(why: str) -> ProviderError:
    """The answer is none that the Console gives."""
    return ProviderError(PROVIDER, Failure.NONSENSE, clean(why))


def unknown_outcome(why: str) -> ProviderError:
    """The call may have been carried out: look before it is sent again."""
    return ProviderError(PROVIDER, Failure.UNKNOWN_OUTCOME, clean(why))


def _kind(status: int, trouble: Trouble) -> Failure:
    if trouble.code in _CODES:
        return _CODES[trouble.code]
    if _GONE.search(trouble.message):
        return Failure.CAPACITY_GLOBAL
    return _STATUSES.get(status) or (Failure.UNREACHABLE if status >= 500 else Failure.INVALID)


def _trouble(body: bytes) -> Trouble:
    try:
        return msgspec.json.decode(body, type=ready(Trouble))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Trouble()
