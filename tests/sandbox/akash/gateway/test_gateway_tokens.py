"""Whom a gateway lets in: a token signed by the lease's owner, in its time, for this provider and this action."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from ampacity.sandbox.akash.gateway.app import Gateway
from ampacity.sandbox.akash.gateway.jwt import DeniedError, read_claims
from ampacity.sandbox.akash.market import Market
from ampacity.sandbox.akash.stock import Bidder, Stock

STATUS = "/lease/7/1/1/status"
MANIFEST = "/deployment/7/manifest"
UNAUTHORIZED = (401, {"message": "unauthorized access"})
INVALID = (401, {"message": "JWT is invalid"})
CLAIMS = (400, {"message": "JWT has invalid claims"})
NOT_FOUND = 404
"""What a let-in caller gets where no manifest came yet."""


@pytest.fixture
def ask(gateway_of: Callable[[Bidder], Gateway], bidder: Bidder) -> Callable[..., Any]:
    client = Client(gateway_of(bidder))

    def ask(token: str | None, path: str = STATUS, method: str = "GET") -> Any:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        answer = client.open(path, method=method, headers=headers, data=b"[]")
        return answer.status_code if answer.status_code == NOT_FOUND else (answer.status_code, answer.get_json())

    return ask


def granular(bidder: Bidder, **rule: Any) -> dict[str, Any]:
    row = {"dseq": 7, "scope": ["status"], "services": ["gpu"]} | rule
    return {
        "access": "granular",
        "permissions": [{"provider": bidder.address, "access": "granular", "deployments": [row]}],
    }


def test_a_whole_token_opens_the_door(ask: Callable[..., Any], owner: Any) -> None:
    assert ask(owner.token()) == NOT_FOUND


def test_without_a_token_nobody_gets_in_as_recorded(ask: Callable[..., Any]) -> None:
    assert ask(None) == UNAUTHORIZED


def test_another_signature_for_the_same_token_is_refused(ask: Callable[..., Any], owner: Any) -> None:
    assert ask(owner.token(high_s=True)) == INVALID


def test_a_changed_body_is_refused(ask: Callable[..., Any], owner: Any) -> None:
    head, _, seal = owner.token().split(".")
    body = owner.token(leases={"access": "scoped", "scope": ["status"]}).split(".")[1]
    assert ask(f"{head}.{body}.{seal}") == INVALID


@pytest.mark.parametrize("alg", ["none", "HS256", "ES256", "ES256KADR36"])
def test_only_one_algorithm_is_taken(ask: Callable[..., Any], owner: Any, alg: str) -> None:
    assert ask(owner.token(header={"alg": alg})) == INVALID


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c.d", "e30.e30.e30", "é.é.é"])
def test_what_is_no_token_is_refused(ask: Callable[..., Any], token: str) -> None:
    status, _ = ask(token.encode().decode("latin-1"))
    assert status in {400, 401}


def test_an_account_without_a_known_key_is_refused(ask: Callable[..., Any], owner: Any, market: Market) -> None:
    import coincurve

    from ampacity.sandbox.akash.bech32 import address_of_key

    stranger = coincurve.PrivateKey()
    address = address_of_key(stranger.public_key.format())
    market.open_account(address, {"uact": 1})
    owner.key = stranger
    assert ask(owner.token(iss=address)) == INVALID


def test_nobody_signs_for_another(ask: Callable[..., Any], owner: Any, stock: Stock) -> None:
    assert ask(owner.token(iss=stock.bidders[0].address)) == INVALID


@pytest.mark.parametrize(
    "change",
    [
        {"exp_in": -5},
        {"nbf_in": 300},
        {"leases": {"access": "full", "scope": ["status"]}},
        {"leases": {"access": "scoped"}},
        {"leases": {"access": "scoped", "scope": ["fly"]}},
        {"leases": {"access": "scoped", "scope": ["status", "status"]}},
        {"leases": {"access": "granular"}},
    ],
)
def test_a_token_out_of_its_time_or_against_itself_is_refused(
    ask: Callable[..., Any], owner: Any, change: dict[str, Any]
) -> None:
    assert ask(owner.token(**change)) == CLAIMS


def test_a_scope_is_for_what_it_says(ask: Callable[..., Any], owner: Any) -> None:
    status = owner.token(leases={"access": "scoped", "scope": ["status"]})
    assert ask(status) == NOT_FOUND
    assert ask(status, MANIFEST, "PUT") == UNAUTHORIZED


def test_a_deployment_named_in_the_token_is_the_only_one(ask: Callable[..., Any], owner: Any, bidder: Bidder) -> None:
    token = owner.token(leases=granular(bidder))
    assert ask(token) == NOT_FOUND
    assert ask(token, "/lease/8/1/1/status") == UNAUTHORIZED


def test_a_group_named_in_the_token_is_the_only_one(ask: Callable[..., Any], owner: Any, bidder: Bidder) -> None:
    assert ask(owner.token(leases=granular(bidder, gseq=1, oseq=1))) == NOT_FOUND
    assert ask(owner.token(leases=granular(bidder, gseq=2))) == UNAUTHORIZED
    assert ask(owner.token(leases=granular(bidder, oseq=1))) == CLAIMS


def test_a_token_for_one_provider_opens_no_other(ask: Callable[..., Any], owner: Any, stock: Stock) -> None:
    def only(bidder: Bidder) -> str:
        permission = {"provider": bidder.address, "access": "scoped", "scope": ["status"]}
        return str(owner.token(leases={"access": "granular", "permissions": [permission]}))

    assert ask(only(stock.bidders[0])) == NOT_FOUND
    assert ask(only(stock.bidders[1])) == UNAUTHORIZED


def test_a_header_that_is_not_bearer_is_refused(gateway_of: Callable[[Bidder], Gateway], bidder: Bidder) -> None:
    answer = Client(gateway_of(bidder)).get("/status", headers={"Authorization": "Basic eDp5"})
    assert (answer.status_code, answer.get_json()) == (400, {"message": "invalid authorization header"})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_single_character_of_a_token_can_be_changed(owner: Any, data: st.DataObject) -> None:
    token, key = owner.token(), owner.key.public_key.format()
    assert read_claims(f"Bearer {token}", lambda _: key) is not None
    ends = {place - 1 for place, letter in enumerate(token + ".") if letter == "."}  # may hold bits that say nothing
    place = data.draw(st.sampled_from(sorted(set(range(len(token))) - ends)))
    letter = data.draw(st.sampled_from("AZaz09-_.").filter(lambda new: new != token[place]))
    with pytest.raises(DeniedError, match="JWT is invalid"):
        read_claims(f"Bearer {token[:place]}{letter}{token[place + 1 :]}", lambda _: key)
