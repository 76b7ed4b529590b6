"""The Console is asked with care: the key goes nowhere it is not needed, and what spends is sent once."""

from typing import Any

import msgspec
import pytest

from ampacity.providers.akash.console.client import ConsoleApi
from ampacity.providers.base import Failure, ProviderAuthError, ProviderError


def failure(error: pytest.ExceptionInfo[ProviderError]) -> Failure:
    return error.value.kind


def test_the_key_goes_with_calls_of_the_account_only(api: ConsoleApi, console: Any, names: Any) -> None:
    console.says("GET /v1/gpu-prices", {})
    console.says("GET /v1/balances", {})
    api.look("/v1/gpu-prices", dict[str, int])
    api.ask("GET", "/v1/balances", dict[str, int])
    public, own = console.asked
    assert "x-api-key" not in public.headers
    assert own.headers["x-api-key"] == names.key


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_the_account_cannot_be_asked(console: Any, key: str | None) -> None:
    with pytest.raises(ProviderAuthError) as refused:
        ConsoleApi(console.url, key, timeout_seconds=5).ask("GET", "/v1/balances", dict[str, int])
    assert "secrets.api_key" in refused.value.fix
    assert console.asked == []


@pytest.mark.parametrize("key", ["line\nbreak-secret", "sp ace-secret", "ünreadable-secret"])
def test_a_key_that_no_header_can_carry_is_not_quoted(console: Any, key: str) -> None:
    with pytest.raises(ProviderAuthError) as refused:
        ConsoleApi(console.url, key, timeout_seconds=5).ask("GET", "/v1/balances", dict[str, int])
    assert "secret" not in f"{refused.value} {refused.value.why}"


@pytest.mark.parametrize("escaped", [False, True])
def test_a_console_that_repeats_the_key_does_not_get_it_into_the_error(
    *, api: ConsoleApi, console: Any, names: Any, escaped: bool
) -> None:
    said = "".join(f"\\u{ord(letter):04x}" for letter in names.key) if escaped else names.key
    console.says("GET /v1/balances", f'{{"message": "the key {said} is odd"}}'.encode(), status=400)
    with pytest.raises(ProviderError) as refused:
        api.ask("GET", "/v1/balances", dict[str, int])
    assert refused.value.why == "the key *** is odd"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "validation_error", Failure.INVALID),
        (401, "unauthorized", Failure.AUTH),
        (403, "forbidden", Failure.AUTH),
        (403, "fair_use_policy_required", Failure.BILLING),
        (402, "insufficient_balance", Failure.BILLING),
        (402, "payment_required", Failure.BILLING),
        (404, "not_found", Failure.INVALID),
        (500, "internal_server_error", Failure.UNREACHABLE),
        (502, "provider_unreachable", Failure.CAPACITY_GLOBAL),
        (503, "service_unavailable", Failure.UNREACHABLE),
    ],
)
def test_every_refusal_has_a_neutral_kind(api: ConsoleApi, console: Any, status: int, code: str, kind: Failure) -> None:
    console.refuses("GET /v1/balances", status, code)
    with pytest.raises(ProviderError) as refused:
        api.ask("GET", "/v1/balances", dict[str, int])
    assert failure(refused) is kind
    assert refused.value.fix


@pytest.mark.parametrize(
    "message",
    [
        "Cannot create lease: The selected bid is no longer open. Please refresh and select an available bid.",
        "Cannot create lease: The associated order has already been matched or closed. Re-create the deployment",
        "Failed to create lease: bid not open",
    ],
)
def test_a_bid_that_is_gone_is_told_by_its_words(api: ConsoleApi, console: Any, message: str) -> None:
    console.refuses("POST /v1/leases", 400, "bad_request", message)
    with pytest.raises(ProviderError) as refused:
        api.spend("/v1/leases", msgspec.Raw, body={})
    assert failure(refused) is Failure.CAPACITY_GLOBAL


@pytest.mark.parametrize(
    "answer",
    [(0, b""), (200, b"<html>"), (200, b'{"data": {}}'), (202, {}), (500, {}), (503, b"busy"), (302, {})],
    ids=["hung up", "no JSON", "half an answer", "odd status", "500", "503", "redirect"],
)
def test_what_spends_is_sent_once_and_its_outcome_is_unknown(api: ConsoleApi, console: Any, answer: Any) -> None:
    console.each("POST /v1/deployments", answer)
    with pytest.raises(ProviderError) as lost:
        api.spend("/v1/deployments", dict[str, int], body={"data": {}})
    assert failure(lost) is Failure.UNKNOWN_OUTCOME
    assert not lost.value.definite
    assert len(console.requests("POST /v1/deployments")) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((0, b""), Failure.UNREACHABLE),
        ((200, b"<html>"), Failure.NONSENSE),
        ((200, b'{"data": {}}'), Failure.NONSENSE),
        ((302, {}), Failure.NONSENSE),
        ((500, {}), Failure.UNREACHABLE),
    ],
    ids=["hung up", "no JSON", "half an answer", "redirect", "500"],
)
def test_a_question_that_is_not_answered_did_nothing(api: ConsoleApi, console: Any, answer: Any, kind: Failure) -> None:
    console.each("GET /v1/balances", answer)
    with pytest.raises(ProviderError) as lost:
        api.ask("GET", "/v1/balances", dict[str, int])
    assert failure(lost) is kind
    assert lost.value.definite


def test_a_timeout_after_a_spending_call_is_an_unknown_outcome(console: Any, names: Any) -> None:
    console.says("POST /v1/deployments", {})
    console.slow_seconds = 1.0
    with pytest.raises(ProviderError) as lost:
        ConsoleApi(console.url, names.key, timeout_seconds=0.2).spend("/v1/deployments", dict[str, int], body={})
    assert failure(lost) is Failure.UNKNOWN_OUTCOME
    assert len(console.requests("POST /v1/deployments")) == 1


def test_nobody_there_means_that_nothing_was_done(names: Any) -> None:
    with pytest.raises(ProviderError) as lost:
        ConsoleApi("http://127.0.0.1:1", names.key, timeout_seconds=2).spend("/v1/leases", dict[str, int], body={})
    assert failure(lost) is Failure.UNREACHABLE
    assert lost.value.definite


def test_a_redirect_is_not_followed(api: ConsoleApi, console: Any) -> None:
    console.extra_headers["Location"] = f"{console.url}/elsewhere"
    console.says("GET /v1/balances", {}, status=307)
    with pytest.raises(ProviderError):
        api.ask("GET", "/v1/balances", dict[str, int])
    assert console.requests("GET /elsewhere") == []


@pytest.mark.parametrize("refusal", [(429, {"code": "rate_limited"}), (402, {"code": "balance_top_up_pending"})])
def test_a_console_that_says_wait_is_waited_for(api: ConsoleApi, console: Any, refusal: Any) -> None:
    console.extra_headers["Retry-After"] = "0"
    console.each("POST /v1/deployments", refusal, refusal, (201, {"dseq": 1}))
    assert api.spend("/v1/deployments", dict[str, int], body={}) == {"dseq": 1}
    assert len(console.requests("POST /v1/deployments")) == 3


def test_a_console_that_wants_an_hour_is_not_waited_for(api: ConsoleApi, console: Any) -> None:
    console.extra_headers["Retry-After"] = "3600"
    console.refuses("GET /v1/balances", 429, "rate_limited")
    with pytest.raises(ProviderError) as refused:
        api.ask("GET", "/v1/balances", dict[str, int])
    assert failure(refused) is Failure.THROTTLED
    assert len(console.asked) == 1


def test_what_the_console_says_is_shown_on_one_printable_line(api: ConsoleApi, console: Any) -> None:
    console.refuses("GET /v1/balances", 400, "bad_request", "\x1b[2Jall\nis well" + "!" * 500)
    with pytest.raises(ProviderError) as refused:
        api.ask("GET", "/v1/balances", dict[str, int])
    assert refused.value.why.startswith(" [2Jall is well!!")
    assert len(refused.value.why) == 300
    assert refused.value.why.isprintable()
