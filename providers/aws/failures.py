"""From botocore's exceptions to neutral failures. Secrets and user data never reach the texts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..base import Failure, ProviderAuthError, ProviderError
from ..text import clean
from .names import PROVIDER

_CODES: dict[Failure, frozenset[str]] = {
    Failure.CAPACITY_ZONE: frozenset(
        {
            "InsufficientInstanceCapacity",
            "InsufficientHostCapacity",
            "InsufficientReservedInstanceCapacity",
            "InsufficientFreeAddressesInSubnet",
            "ReservationCapacityExceeded",
            "Unsupported",
        }
    ),
    Failure.QUOTA: frozenset(
        {
            "VcpuLimitExceeded",
            "InstanceLimitExceeded",
            "MaxSpotInstanceCountExceeded",
            "VolumeLimitExceeded",
        }
    ),
    Failure.PRICE_MOVED: frozenset({"SpotMaxPriceTooLow"}),
    Failure.AUTH: frozenset(
        {
            "AccessDenied",
            "AccessDeniedException",
            "AuthFailure",
            "ExpiredToken",
            "ExpiredTokenException",
            "IncompleteSignature",
            "InvalidClientTokenId",
            "MissingAuthenticationToken",
            "RequestExpired",
            "SignatureDoesNotMatch",
            "UnauthorizedOperation",
            "UnrecognizedClientException",
        }
    ),
    Failure.BILLING: frozenset({"Blocked", "OptInRequired", "PendingVerification", "SubscriptionRequiredException"}),
    Failure.THROTTLED: frozenset(
        {
            "EC2ThrottledException",
            "RequestLimitExceeded",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
        }
    ),
}
"""AWS's own codes (EC2 API reference, "Error codes", and the errors common to all services)."""

_KINDS = {code: kind for kind, codes in _CODES.items() for code in codes}

_FIXES = {
    Failure.CAPACITY_ZONE: "ampacity plan again: other zones, regions or sellers may have it",
    Failure.CAPACITY_REGION: "ampacity plan again: other regions or sellers may have it",
    Failure.QUOTA: "ask AWS for a higher quota (Service Quotas, Amazon EC2), or ampacity plan elsewhere",
    Failure.PRICE_MOVED: "ampacity plan again at the price of now",
    Failure.BILLING: "finish the account's set-up in the AWS console",
    Failure.THROTTLED: "run the same command again in a minute",
    Failure.UNREACHABLE: "ampacity doctor",
    Failure.UNKNOWN_OUTCOME: "ampacity recover",
}
_AUTH_FIX = "aws sts get-caller-identity, with the profile or the keys that the context names"
_FIX_BY_CODE = {
    "IdempotentInstanceTerminated": "ampacity plan again: the machine that this order made is gone",
    "IdempotentParameterMismatch": "ampacity recover: this order's token already made another machine",
}


class RefusedError(ProviderError):
    """A well-formed refusal; `code_of_seller` is AWS's own word for it."""

    def __init__(self, kind: Failure, code_of_seller: str, why: str, *, fix: str) -> None:
        super().__init__(PROVIDER, kind, why, fix=fix)
        self.code_of_seller = code_of_seller

    @property
    def gone(self) -> bool:
        """Whether it says that the thing asked about does not exist."""
        return self.code_of_seller.endswith(".NotFound")


@contextmanager
def translated(*, creating: bool, zone: str | None = None) -> Iterator[None]:
    """Turns botocore's exceptions into `ProviderError`; `creating` marks what may leave something behind."""
    import botocore.exceptions as aws
    from botocore.parsers import ResponseParserError

    try:
        yield
    except aws.ClientError as error:
        raise refusal(error.response, creating=creating, zone=zone) from None
    except (aws.BotoCoreError, ResponseParserError) as error:
        raise _without_answer(error, creating=creating) from None


def refusal(response: Any, *, creating: bool, zone: str | None = None) -> ProviderError:
    """What an error answer means. A 5xx to a create may still have made something."""
    code = str(response.get("Error", {}).get("Code", ""))
    message = str(response.get("Error", {}).get("Message", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    kind = _KINDS.get(code)
    if kind is None:
        kind = _unsure(creating) if status >= 500 else Failure.INVALID
    if kind is Failure.CAPACITY_ZONE and zone is None:
        kind = Failure.CAPACITY_REGION
    if kind is Failure.AUTH:
        # AWS's text may hold the signed request; its code says enough.
        return ProviderAuthError(PROVIDER, f"AWS answers {code}", fix=_AUTH_FIX)
    fix = _FIX_BY_CODE.get(code) or _FIXES.get(kind, "")
    return RefusedError(kind, code, clean(f"{code}: {message}" if message else code or f"HTTP {status}"), fix=fix)


def nonsense(why: str) -> ProviderError:
    """An answer that cannot be what AWS means."""
    return ProviderError(PROVIDER, Failure.NONSENSE, clean(why), fix=_FIXES[Failure.UNREACHABLE])


def invalid(why: str, *, fix: str) -> ProviderError:
    """An order that AWS would refuse."""
    return ProviderError(PROVIDER, Failure.INVALID, why, fix=fix)


def unknown_outcome(why: str) -> ProviderError:
    """A create that may have made something."""
    return _lost(Failure.UNKNOWN_OUTCOME, clean(why))


def _without_answer(error: Exception, *, creating: bool) -> ProviderError:
    import botocore.exceptions as aws
    from botocore.parsers import ResponseParserError

    name = type(error).__name__
    if isinstance(error, (aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError)):
        return ProviderAuthError(PROVIDER, f"no usable credentials ({name})", fix=_AUTH_FIX)
    if isinstance(error, aws.ProfileNotFound):
        return ProviderAuthError(PROVIDER, "AWS's configuration has no such profile", fix="aws configure list-profiles")
    if isinstance(
        error, (aws.EndpointConnectionError, aws.ConnectTimeoutError, aws.ProxyConnectionError, aws.SSLError)
    ):
        return _lost(Failure.UNREACHABLE, f"no connection ({name})")
    if isinstance(error, (aws.ParamValidationError, aws.UnknownServiceError)):
        # Its text quotes the parameters, user data among them.
        return invalid(f"botocore refuses the request ({name})", fix="ampacity doctor")
    if isinstance(error, (ResponseParserError, aws.IncompleteReadError)) and not creating:
        return nonsense(f"the answer cannot be read ({name})")
    return _lost(_unsure(creating), f"the answer was lost ({name})")


def _lost(kind: Failure, why: str) -> ProviderError:
    return ProviderError(PROVIDER, kind, why, fix=_FIXES[kind])


def _unsure(creating: bool) -> Failure:
    return Failure.UNKNOWN_OUTCOME if creating else Failure.UNREACHABLE
