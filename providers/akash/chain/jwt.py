"""Tokens for a provider's gateway (AEP-64; chain-sdk `specs/jwt-schema.json`), signed with the account's key.

The gateway checks them against the public key on the chain, so an account that never sent a transaction
has none that it would take.
"""

import base64
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ....core.clock import rfc3339
from ..addresses import address_of
from ..sdl.order import SERVICE
from ..values import Address, Dseq
from .keys import Signable, Signer

GOOD_FOR = timedelta(minutes=10)
"""At most 15 are advised."""
SKEW = timedelta(seconds=30)
"""How far a gateway's clock may be behind ours."""

SCOPES = ("send-manifest", "get-manifest", "status", "logs", "events")
"""All that is asked of a gateway, and no shell."""


def gateway_token(signer: Signer, provider: Address, dseq: Dseq, now: datetime) -> str:
    """A JWT for that provider and that deployment alone."""
    claims = {
        "iss": address_of(signer.public_key),
        "iat": _seconds(now),
        "nbf": _seconds(now - SKEW),
        "exp": _seconds(now + GOOD_FOR),
        "version": "v1",
        "leases": lease_claims(provider, dseq),
    }
    scopes = ", ".join(SCOPES)
    until = rfc3339(now + GOOD_FOR)
    return encode(signer, claims, f"lets who holds it ask {provider} about deployment {dseq} ({scopes}) until {until}")


def lease_claims(provider: Address, dseq: Dseq) -> dict[str, Any]:
    """What the token allows.

    The schema wants services named; gateways (provider main of 2026-06-29) compare only the deployment,
    so that the name of ours does for a user's own SDL too.
    """
    rule = {"dseq": dseq, "scope": list(SCOPES), "services": [SERVICE]}
    return {
        "access": "granular",
        "permissions": [{"provider": provider, "access": "granular", "deployments": [rule]}],
    }


def encode(signer: Signer, claims: dict[str, Any], summary: str) -> str:
    """A JWS of `claims` by ES256K: r and s, 64 bytes, s low. `summary` is for whoever signs it."""
    header = {"alg": "ES256K", "typ": "JWT"}
    text = f"{_part(msgspec.json.encode(header))}.{_part(msgspec.json.encode(claims))}"
    return f"{text}.{_part(signer.sign(Signable(kind='token', data=text.encode('ascii'), summary=summary)))}"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
