"""A launch cannot be repeated there: whatever breaks, an order never makes two machines."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from ampacity.core.clock import system_clock
from ampacity.providers.base import Failure, MachineRef, ProviderAuthError, ProviderError, StillThereError
from ampacity.providers.lambda_cloud.failures import KINDS, refusal

LAUNCH = "/api/v1/instance-operations/launch"

Answer = Callable[[httpx.Request, Callable[[], httpx.Response]], httpx.Response]


def lose_the_answer(request: httpx.Request, go_on: Callable[[], httpx.Response]) -> httpx.Response:
    go_on()
    raise httpx.ReadTimeout("timed out", request=request)


def gateway_error_after(_: httpx.Request, go_on: Callable[[], httpx.Response]) -> httpx.Response:
    go_on()
    return httpx.Response(502, content=b"<html>bad gateway</html>")


def nonsense_after(_: httpx.Request, go_on: Callable[[], httpx.Response]) -> httpx.Response:
    go_on()
    return httpx.Response(200, content=b'{"data": {"instance_ids": []}}')


def lose_the_request(request: httpx.Request, _: Callable[[], httpx.Response]) -> httpx.Response:
    raise httpx.ReadTimeout("timed out", request=request)


def at_launch(answer: Answer) -> Answer:
    def meddle(request: httpx.Request, go_on: Callable[[], httpx.Response]) -> httpx.Response:
        return answer(request, go_on) if request.url.path == LAUNCH else go_on()

    return meddle


@pytest.mark.parametrize("broken", [lose_the_answer, gateway_error_after, nonsense_after])
def test_a_launch_whose_answer_is_lost_is_found_by_its_token(account: Any, broken: Answer) -> None:
    order = account.order()
    account.wire.meddle = at_launch(broken)
    made = account.seller.create(order)
    assert made.labels == order.labels
    assert account.wire.calls.count("POST /instance-operations/launch") == 1
    assert [machine.ref for machine in account.seller.ours()] == [made.ref]


def test_a_launch_that_never_shows_is_an_unknown_outcome_and_is_not_sent_again(account: Any) -> None:
    order = account.order()
    account.wire.meddle = at_launch(lose_the_request)
    with pytest.raises(ProviderError) as caught:
        account.seller.create(order)
    assert caught.value.kind is Failure.UNKNOWN_OUTCOME
    assert not caught.value.definite
    assert account.wire.calls.count("POST /instance-operations/launch") == 1
    assert account.slept == [0.0, 0.5, 1.0, 2.0, 4.0]


def test_a_list_that_is_behind_is_asked_again(account: Any) -> None:
    order, lists = account.order(), []

    def meddle(request: httpx.Request, go_on: Callable[[], httpx.Response]) -> httpx.Response:
        if request.url.path == LAUNCH:
            return lose_the_answer(request, go_on)
        if request.url.path == "/api/v1/instances" and account.wire.calls.count("POST /instance-operations/launch"):
            lists.append(request)
            if len(lists) < 3:
                return httpx.Response(200, json={"data": []})
        return go_on()

    account.wire.meddle = meddle
    assert account.seller.create(order).labels == order.labels
    assert account.slept == [0.0, 0.5, 1.0]


def test_nothing_that_could_not_connect_was_made(account: Any) -> None:
    order = account.order()

    def refuse(request: httpx.Request, _: Callable[[], httpx.Response]) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    account.wire.meddle = at_launch(refuse)
    with pytest.raises(ProviderError) as caught:
        account.seller.create(order)
    assert caught.value.kind is Failure.UNREACHABLE
    assert caught.value.definite


def test_a_throttled_launch_waits_as_told_and_goes_again(account: Any) -> None:
    order, seen = account.order(), []

    def meddle(_: httpx.Request, go_on: Callable[[], httpx.Response]) -> httpx.Response:
        seen.append(1)
        return httpx.Response(429, headers={"Retry-After": "0"}) if len(seen) == 1 else go_on()

    account.wire.meddle = at_launch(meddle)
    account.seller.create(order)
    assert len(seen) == 2
    assert len(list(account.seller.ours())) == 1


def test_the_whole_order_reaches_the_seller(account: Any) -> None:
    sent: list[dict[str, Any]] = []

    def meddle(request: httpx.Request, go_on: Callable[[], httpx.Response]) -> httpx.Response:
        sent.append(json.loads(request.read()))
        return go_on()

    account.wire.meddle = at_launch(meddle)
    ends_at = system_clock() + timedelta(hours=96)
    order = msgspec.structs.replace(
        account.order(), image="lambda-stack-24-04", user_data="#!/bin/sh\ntrue\n", ends_at=ends_at
    )
    account.seller.create(order)
    (body,) = sent
    assert body["region_name"] == "us-west-1"
    assert body["instance_type_name"] == "gpu_1x_h100_pcie"
    assert body["image"] == {"family": "lambda-stack-24-04"}
    assert body["user_data"] == "#!/bin/sh\ntrue\n"
    assert body["ssh_key_names"] == [account.seller._keys.name_of(order.ssh_public_key)]
    assert body["hostname"] == body["name"] == f"train-gpu-1-{order.labels.token[:8]}"
    assert {tag["key"] for tag in body["tags"]} == {
        f"ampacity:{key}"
        for key in ("deployment", "deployment-name", "machine", "plan", "token", "ordered-at", "ends-at")
    }


def test_no_ssh_key_is_refused_before_anything_is_sent_to_launch(account: Any) -> None:
    keyless = msgspec.structs.replace(account.order(), ssh_public_key=None)
    with pytest.raises(ProviderError) as caught:
        account.seller.create(keyless)
    assert caught.value.kind is Failure.INVALID
    assert "ssh: {public_key:" in caught.value.fix
    assert "POST /instance-operations/launch" not in account.wire.calls


def test_a_plan_without_an_ssh_key_is_refused_as_a_launch_is_and_nobody_is_asked(account: Any) -> None:
    key = account.order().ssh_public_key
    asked = list(account.wire.calls)
    with pytest.raises(ProviderError, match="exactly one SSH key"):
        account.seller.check_key(None)
    account.seller.check_key(key)
    assert account.wire.calls == asked


def test_a_private_key_in_place_of_a_public_one_is_refused_and_not_repeated(account: Any) -> None:
    wrong = msgspec.structs.replace(account.order(), ssh_public_key="-----BEGIN OPENSSH PRIVATE KEY----- c2VjcmV0")
    with pytest.raises(ProviderError) as caught:
        account.seller.create(wrong)
    assert "c2VjcmV0" not in str(caught.value) + caught.value.fix
    assert "POST /ssh-keys" not in account.wire.calls


def test_one_public_key_is_one_entry_however_many_create_at_once(account: Any) -> None:
    orders = [account.order(number) for number in range(8)]
    sellers = [account.open(account.key) for _ in orders]  # as eight processes would
    start = threading.Barrier(8)

    def create(number: int) -> None:
        start.wait()
        sellers[number].create(orders[number])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(create, range(8)))
    assert len(list(account.seller.ours())) == 8
    assert (
        len(
            {
                name
                for machine in account.seller._api.get("/ssh-keys", list[dict[str, str]])
                for name in [machine["name"]]
            }
        )
        == 1
    )


@pytest.mark.parametrize(
    "change",
    [{"user_data": "x" * 1_000_001}, {"disk_gib": 5000}],
)
def test_what_the_seller_cannot_carry_is_refused_here(account: Any, change: dict[str, object]) -> None:
    with pytest.raises(ProviderError) as caught:
        account.seller.create(msgspec.structs.replace(account.order(), **change))
    assert caught.value.kind is Failure.INVALID
    assert "POST /instance-operations/launch" not in account.wire.calls


def test_a_wrong_key_is_an_authentication_error_that_does_not_tell_it(account: Any) -> None:
    with pytest.raises(ProviderAuthError) as caught:
        list(account.open("not-the-key").ours())
    assert "not-the-key" not in f"{caught.value} {caught.value.fix}"


@pytest.mark.parametrize("key", ["secret\x00tail", "secret tail", "sécret"])
def test_what_is_no_key_is_refused_before_it_could_be_quoted(account: Any, key: str) -> None:
    with pytest.raises(ProviderAuthError) as caught:
        list(account.open(key).ours())
    assert key not in f"{caught.value} {caught.value.fix}"
    assert account.wire.calls == []


def test_no_key_is_an_authentication_error_before_anything_is_sent(account: Any) -> None:
    with pytest.raises(ProviderAuthError):
        list(account.open("").ours())
    assert account.wire.calls == []


def test_a_seller_that_repeats_the_key_does_not_get_it_into_our_errors(account: Any) -> None:
    body = {"error": {"code": "global/invalid-parameters", "message": f"bad header Bearer {account.key}"}}
    account.wire.meddle = lambda request, go_on: httpx.Response(400, json=body)
    with pytest.raises(ProviderError) as caught:
        list(account.seller.ours())
    assert account.key not in str(caught.value)
    assert "***" in str(caught.value)


def test_only_the_sellers_own_word_makes_a_machine_gone(account: Any) -> None:
    ref = MachineRef(id="0920582c7ff041399e34823a0be62549", region="us-west-1")
    assert account.seller.read(ref) is None
    account.wire.meddle = lambda request, go_on: httpx.Response(404, content=b"<html>no such page</html>")
    with pytest.raises(ProviderError):
        account.seller.read(ref)
    with pytest.raises(ProviderError):
        account.seller.delete(ref)


def test_a_machine_that_cannot_be_terminated_yet_is_to_be_asked_again(account: Any) -> None:
    body = {"error": {"code": "global/conflict", "message": "vm-action-in-progress"}}
    account.wire.meddle = lambda request, go_on: httpx.Response(409, json=body)
    with pytest.raises(StillThereError):
        account.seller.delete(MachineRef(id="0920582c7ff041399e34823a0be62549", region="us-west-1"))


def test_a_machine_of_someone_else_is_not_ours(account: Any) -> None:
    order = account.order()
    made = account.seller.create(order)

    def without_tags(_: httpx.Request, go_on: Callable[[], httpx.Response]) -> httpx.Response:
        answer = go_on()
        answer.read()
        body = json.loads(answer.content)
        for row in body["data"]:
            row["tags"] = [{"key": "ampacity:token", "value": "../../etc"}]
        return httpx.Response(200, json=body)

    account.wire.meddle = without_tags
    assert list(account.seller.ours()) == []
    account.wire.meddle = lambda request, go_on: go_on()
    assert [machine.ref for machine in account.seller.ours()] == [made.ref]


def test_every_documented_error_code_has_a_neutral_kind(vector: Callable[..., Path]) -> None:
    file = vector("clouds", "lambda", "errors_openapi.json")
    codes = {schema["properties"]["code"]["const"] for schema in json.loads(file.read_text()).values()}
    of_other_resources = {code for code in codes if code.startswith(("filesystems/", "firewall-rulesets/"))}
    assert codes - of_other_resources == set(KINDS)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "instance-operations/launch/insufficient-capacity", Failure.CAPACITY_REGION),
        (400, "global/quota-exceeded", Failure.QUOTA),
        (400, "global/invalid-parameters", Failure.INVALID),
        (403, "global/account-inactive", Failure.BILLING),
        (401, "global/invalid-api-key", Failure.AUTH),
        (418, "global/a-code-of-tomorrow", Failure.INVALID),
        (403, "global/a-code-of-tomorrow", Failure.AUTH),
    ],
)
def test_the_sellers_codes_in_neutral_terms(status: int, code: str, kind: Failure) -> None:
    body = json.dumps({"error": {"code": code, "message": "why\n\x1b[31m", "suggestion": ""}}).encode()
    error = refusal(status, body)
    assert error.kind is kind
    assert error.definite
    assert "\x1b" not in str(error)
