"""The small neutral set of ways in which a seller can fail, and what each allows next."""

from enum import StrEnum
from typing import ClassVar

from ..core.errors import AmpacityError, AuthError, Exit, ResourceError


class Failure(StrEnum):
    """Why a seller did not do it."""

    CAPACITY_ZONE = "capacity-zone"
    CAPACITY_REGION = "capacity-region"
    CAPACITY_GLOBAL = "capacity-global"
    QUOTA = "quota"
    PRICE_MOVED = "price-moved"
    AUTH = "auth"
    BILLING = "billing"
    THROTTLED = "throttled"
    INVALID = "invalid"
    PARTIAL = "partial"
    UNKNOWN_OUTCOME = "unknown-outcome"
    UNREACHABLE = "unreachable"
    NONSENSE = "nonsense"


RETRYABLE = frozenset({Failure.THROTTLED, Failure.UNREACHABLE})
"""Nothing was done and the same call may succeed later."""

DEFINITE = frozenset(Failure) - {Failure.PARTIAL, Failure.UNKNOWN_OUTCOME}
"""The seller surely made nothing. Anything else must be looked up before it is tried again."""


FIXES: dict[Failure, str] = {
    Failure.CAPACITY_ZONE: "ampacity plan SPEC: other zones, regions or sellers may have it",
    Failure.CAPACITY_REGION: "ampacity plan SPEC: other regions or sellers may have it",
    Failure.CAPACITY_GLOBAL: "ampacity plan SPEC: other sellers may have it",
    Failure.QUOTA: "ask the seller for a higher quota, or name other sellers in the spec's placement.providers",
    Failure.PRICE_MOVED: "ampacity plan SPEC, at the price of now",
    Failure.AUTH: "ampacity doctor",
    Failure.BILLING: "put the account in order with the seller",
    Failure.THROTTLED: "run the same command again in a minute",
    Failure.INVALID: "change what the seller refuses, then ampacity plan SPEC",
    Failure.PARTIAL: "ampacity recover NAME",
    Failure.UNKNOWN_OUTCOME: "ampacity recover NAME",
    Failure.UNREACHABLE: "check the endpoint and the network (ampacity doctor), then run it again",
    Failure.NONSENSE: "check that the endpoint is the seller's (ampacity context show), then run it again",
}
"""What goes on after each, where the seller's own folder knows nothing better."""


class ProviderError(ResourceError):
    """A seller's refusal or failure, in neutral terms.

    `kind` says which; `provider` who; `fix` is by default that of `FIXES`. Only a kind in `DEFINITE`
    means that nothing was made.
    """

    default_code: ClassVar[str] = "AMP-PROVIDER"

    def __init__(self, provider: str, kind: Failure, why: str, *, what: str = "", fix: str = "") -> None:
        super().__init__(
            what or f"{provider}: {kind.value}",
            why=why,
            fix=fix or FIXES[kind],
            code=f"AMP-PROVIDER-{kind.value.upper()}",
        )
        self.provider = provider
        self.kind = kind

    @property
    def definite(self) -> bool:
        """Whether the seller surely made nothing."""
        return self.kind in DEFINITE


class ProviderAuthError(ProviderError, AuthError):
    """Credentials are absent or refused."""

    exit: ClassVar[Exit] = Exit.AUTH

    def __init__(self, provider: str, why: str, *, what: str = "", fix: str = "") -> None:
        super().__init__(provider, Failure.AUTH, why, what=what or f"{provider} refuses the credentials", fix=fix)


class StillThereError(AmpacityError):
    """Deletion was accepted but the machine is not gone yet: call again."""

    default_code = "AMP-STILL-THERE"
