"""What AWS's refusals and silences mean, and what may be done after each."""

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from ampacity.core.errors import Exit
from ampacity.providers.aws.failures import translated
from ampacity.providers.base import Failure, ProviderError

URL = "http://127.0.0.1:1"


def refused(code: str, message: str = "No.", status: int = 400) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "RunInstances")


def meaning(error: Exception, *, creating: bool = True, zone: str | None = "us-east-1a") -> ProviderError:
    with pytest.raises(ProviderError) as caught, translated(creating=creating, zone=zone):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("InsufficientInstanceCapacity", Failure.CAPACITY_ZONE),
        ("InsufficientHostCapacity", Failure.CAPACITY_ZONE),
        ("Unsupported", Failure.CAPACITY_ZONE),
        ("VcpuLimitExceeded", Failure.QUOTA),
        ("MaxSpotInstanceCountExceeded", Failure.QUOTA),
        ("SpotMaxPriceTooLow", Failure.PRICE_MOVED),
        ("RequestLimitExceeded", Failure.THROTTLED),
        ("UnauthorizedOperation", Failure.AUTH),
        ("AuthFailure", Failure.AUTH),
        ("PendingVerification", Failure.BILLING),
        ("IdempotentParameterMismatch", Failure.INVALID),
        ("IdempotentInstanceTerminated", Failure.INVALID),
        ("InvalidParameterValue", Failure.INVALID),
    ],
)
def test_a_refusal_is_definite_and_told_in_neutral_words(code: str, kind: Failure) -> None:
    error = meaning(refused(code))
    assert error.kind is kind
    assert error.definite


def test_capacity_is_the_regions_where_no_zone_was_named() -> None:
    # AWS answers this one with 500, which alone would mean that nobody knows.
    error = meaning(refused("InsufficientInstanceCapacity", status=500), zone=None)
    assert error.kind is Failure.CAPACITY_REGION


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url=URL),
        ConnectionClosedError(endpoint_url=URL),
        ResponseParserError("garbage"),
        refused("InternalError", status=500),
        refused("Unavailable", status=503),
    ],
)
def test_a_create_without_a_clear_answer_has_an_unknown_outcome(error: Exception) -> None:
    assert meaning(error).kind is Failure.UNKNOWN_OUTCOME
    assert meaning(error).fix == "ampacity recover"


@pytest.mark.parametrize("error", [EndpointConnectionError(endpoint_url=URL), ConnectTimeoutError(endpoint_url=URL)])
def test_what_never_reached_the_seller_made_nothing(error: Exception) -> None:
    assert meaning(error).kind is Failure.UNREACHABLE
    assert meaning(error).definite


def test_a_read_that_fails_changes_nothing() -> None:
    assert meaning(ReadTimeoutError(endpoint_url=URL), creating=False).kind is Failure.UNREACHABLE
    assert meaning(refused("InternalError", status=500), creating=False).kind is Failure.UNREACHABLE
    assert meaning(ResponseParserError("garbage"), creating=False).kind is Failure.NONSENSE


def test_refused_credentials_exit_as_such_and_quote_nothing() -> None:
    error = meaning(refused("SignatureDoesNotMatch", "The Canonical String should have been AKIAEXAMPLE"))
    assert error.exit is Exit.AUTH
    assert "AKIAEXAMPLE" not in str(error)
    assert meaning(NoCredentialsError()).exit is Exit.AUTH


def test_parameters_are_never_quoted() -> None:
    error = meaning(ParamValidationError(report="UserData: secret"))
    assert "secret" not in str(error)
    assert error.__cause__ is None


def test_a_long_text_with_control_characters_is_made_fit_to_print() -> None:
    error = meaning(refused("InvalidParameterValue", "\x1b[31m" + "x" * 1000))
    assert len(error.why) <= 300
    assert error.why.isprintable()
