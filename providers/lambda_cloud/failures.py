"""The seller's error codes in neutral terms (`errors` of OpenAPI 1.10.0)."""

from math import ceil

import msgspec

from ...core.shapes import ready
from ..base import Failure, ProviderAuthError, ProviderError
from ..text import clean
from .names import PROVIDER
from .wire import Refusal, Trouble

KINDS: dict[str, Failure] = {
    "global/account-inactive": Failure.BILLING,
    "global/conflict": Failure.INVALID,
    "global/duplicate": Failure.INVALID,
    "global/forbidden": Failure.AUTH,
    "global/internal-error": Failure.UNREACHABLE,
    "global/invalid-address": Failure.BILLING,
    "global/invalid-api-key": Failure.AUTH,
    "global/invalid-parameters": Failure.INVALID,
    "global/not-found": Failure.INVALID,
    "global/object-does-not-exist": Failure.INVALID,
    "global/quota-exceeded": Failure.QUOTA,
    "instance-operations/launch/file-system-in-wrong-region": Failure.INVALID,
    "instance-operations/launch/insufficient-capacity": Failure.CAPACITY_REGION,
}

_BY_STATUS = {401: Failure.AUTH, 402: Failure.BILLING, 403: Failure.AUTH, 429: Failure.THROTTLED}

_MINUTE_SECONDS = 60.0

KEY_FIX = f"set secrets.api_key under [contexts.NAME.providers.{PROVIDER}]"

_FIXES = {
    Failure.AUTH: KEY_FIX,
    Failure.BILLING: "put the account in order with the seller",
    Failure.CAPACITY_REGION: "ampacity plan SPEC: what is sold out is left out",
    Failure.QUOTA: "ask the seller for a higher quota, or plan with less of it",
}


class RefusedError(ProviderError):
    """A well-formed refusal; `status` and `code` are the seller's own."""

    def __init__(self, kind: Failure, why: str, *, status: int, code: str, fix: str = "") -> None:
        super().__init__(PROVIDER, kind, why, fix=fix)
        self.status = status
        self.code_of_seller = code

    @property
    def gone(self) -> bool:
        """Whether it says that the thing asked about does not exist: any other 404 may be a wrong address."""
        return self.status == 404 and self.code_of_seller == "global/object-does-not-exist"


class ThrottledError(RefusedError):
    """Too many calls; `retry_after_seconds` is what the seller asked for, if it did."""

    def __init__(self, why: str, *, retry_after_seconds: float | None) -> None:
        minutes = ceil((retry_after_seconds or 0) / _MINUTE_SECONDS)
        when = f"{minutes} minutes, as the seller asks" if minutes > 1 else "a minute"
        super().__init__(Failure.THROTTLED, why, status=429, code="", fix=f"run the same command again in {when}")
        self.retry_after_seconds = retry_after_seconds


def refusal(status: int, body: bytes) -> ProviderError:
    """The error that an answer with `status` of 400 or more means."""
    trouble = _trouble(body)
    kind = KINDS.get(trouble.code) or _BY_STATUS.get(status)
    if kind is None:
        kind = Failure.UNREACHABLE if status >= 500 else Failure.INVALID
    why = clean(trouble.message) or f"HTTP status {status}"
    if kind is Failure.AUTH:
        return ProviderAuthError(PROVIDER, why, fix=_FIXES[kind])
    fix = clean(trouble.suggestion) or _FIXES.get(kind, "")
    return RefusedError(kind, why, status=status, code=trouble.code, fix=fix)


def _trouble(body: bytes) -> Trouble:
    try:
        return msgspec.json.decode(body, type=ready(Refusal)).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Trouble(code="")
