"""A gateway takes the token for one deployment, for minutes."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from coincurve import PrivateKey

from ampacity.providers.akash.chain.jwt import gateway_token
from ampacity.providers.akash.chain.keys import KeySigner, digest
from ampacity.providers.akash.chain.signatures import verifies
from ampacity.providers.akash.values import Address, Dseq

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
PROVIDER = Address("akash13va9yxc8a7wlc882g72uj4g2fscj93hdk0uycp")
SIGNER = KeySigner(bytes.fromhex("c4a48e2fce1481cd3294b4490f6678090ea98d3d0e5cd984558ab0968741b104"))

SDK_TAKES = (
    "eyJhbGciOiJFUzI1NksiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJha2FzaDE5cmw0Y20yaG1yOGFmeTRrbGRweHozZmthNGpndXEwY"
    "TNtcTZ4MCIsImlhdCI6MTc5NTI0ODAwMCwibmJmIjoxNzk1MjQ3OTcwLCJleHAiOjE3OTUyNDg2MDAsInZlcnNpb24iOiJ2MSIsI"
    "mxlYXNlcyI6eyJhY2Nlc3MiOiJncmFudWxhciIsInBlcm1pc3Npb25zIjpbeyJwcm92aWRlciI6ImFrYXNoMTN2YTl5eGM4YTd3b"
    "GM4ODJnNzJ1ajRnMmZzY2o5M2hkazB1eWNwIiwiYWNjZXNzIjoiZ3JhbnVsYXIiLCJkZXBsb3ltZW50cyI6W3siZHNlcSI6Mjc2N"
    "TIzMzQsInNjb3BlIjpbInNlbmQtbWFuaWZlc3QiLCJnZXQtbWFuaWZlc3QiLCJzdGF0dXMiLCJsb2dzIiwiZXZlbnRzIl0sInNlc"
    "nZpY2VzIjpbIm1hY2hpbmUiXX1dfV19fQ.hFgd5ohkVgPpbAhT6uVMVRHcZ75EbNhTzw3k6vbzLaI_Qqljuu52HvKSLAIz5dGRyw"
    "POL0RzXpItaATVdziBYw"
)
"""Found valid by `JwtValidator` of npm `@akashnetwork/chain-sdk` 1.0.0-alpha.25, and its signature by cosmjs."""


def part(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=="))


@pytest.fixture
def token() -> str:
    return gateway_token(SIGNER, PROVIDER, Dseq(27_652_334), NOW)


def test_it_names_the_account_one_provider_and_one_deployment(token: str) -> None:
    header, claims, _ = token.split(".")
    assert part(header) == {"alg": "ES256K", "typ": "JWT"}
    (permission,) = part(claims)["leases"]["permissions"]
    assert part(claims)["iss"] == "akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0"
    assert (part(claims)["version"], part(claims)["leases"]["access"]) == ("v1", "granular")
    assert (permission["provider"], permission["access"]) == (PROVIDER, "granular")
    (rule,) = permission["deployments"]
    assert rule["dseq"] == 27_652_334
    assert rule["services"]
    assert "shell" not in rule["scope"]


def test_it_is_good_for_minutes_and_before_now_by_the_skew_of_clocks(token: str) -> None:
    claims = part(token.split(".")[1])
    assert claims["iat"] == int(NOW.timestamp())
    assert 0 < claims["iat"] - claims["nbf"] <= 60
    assert claims["exp"] - claims["nbf"] <= 15 * 60


def test_its_signature_is_the_account_s_over_what_it_says(token: str) -> None:
    text, _, signature = token.rpartition(".")
    assert "=" not in token
    assert verifies(base64.urlsafe_b64decode(signature + "=="), digest(text.encode()), SIGNER.public_key)


def test_a_token_of_another_key_is_not_the_account_s(token: str) -> None:
    text, _, signature = token.rpartition(".")
    other = PrivateKey(b"\x07" * 32).public_key.format()
    assert not verifies(base64.urlsafe_b64decode(signature + "=="), digest(text.encode()), other)


def test_it_is_the_token_that_the_network_s_own_sdk_found_valid(token: str) -> None:
    assert token == SDK_TAKES
