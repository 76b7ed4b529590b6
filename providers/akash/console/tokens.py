"""Tokens for gateways, made and signed by the Console for the wallet that it holds.

What they allow is the same as in the tokens that a wallet of one's own signs.
"""

import base64
import binascii
from datetime import datetime
from typing import Any

import msgspec

from ....core.shapes import ready
from ..addresses import parse_address
from ..chain.jwt import lease_claims
from ..values import Address, Dseq
from .client import ConsoleApi
from .failures import nonsense
from .wire import Data, Token

GOOD_FOR_SECONDS = 600
SLACK_SECONDS = 120
"""How far the Console's clock may be from ours."""


class Claims(msgspec.Struct, frozen=True):
    """What a token says of itself. Its signature is for the gateway to check."""

    iss: str
    exp: int
    leases: dict[str, Any]


def gateway_token(api: ConsoleApi, owner: Address, lease: tuple[Address, Dseq], now: datetime) -> str:
    """A token of `owner` for that provider and deployment. Raises `ProviderError`, also for one that is not that."""
    wanted = lease_claims(*lease)
    token = _make(api, wanted)
    claims = _claims(token)
    if claims.leases != wanted:
        raise nonsense("the Console's token allows other things than were asked for")
    if claims.iss != owner:
        raise nonsense("the Console makes tokens of another account")
    if not now.timestamp() < claims.exp <= now.timestamp() + GOOD_FOR_SECONDS + SLACK_SECONDS:
        raise nonsense("the Console's token is not good for the next minutes, or for far longer than asked")
    return token


def token_issuer(api: ConsoleApi) -> Address:
    """The account whose tokens the Console makes, which is the wallet's: no other call for keys tells it."""
    try:
        return parse_address(_claims(_make(api, {"access": "scoped", "scope": ["status"]})).iss)
    except ValueError as error:
        raise nonsense(str(error)) from error


def _make(api: ConsoleApi, leases: dict[str, Any]) -> str:
    body = {"data": {"ttl": GOOD_FOR_SECONDS, "leases": leases}}
    return api.ask("POST", "/v1/create-jwt-token", Data[Token], body=body).data.token


def _claims(token: str) -> Claims:
    try:
        text = base64.urlsafe_b64decode(token.split(".")[1] + "==")
        return msgspec.json.decode(text, type=ready(Claims))
    except (binascii.Error, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise nonsense("the Console's token has no claims") from error
