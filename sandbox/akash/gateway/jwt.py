"""Tokens as a provider reads them: a JWT signed ES256K by a lease's owner, low-s, checked against the chain's key.

After gateway/utils/utils.go of akash-network/provider at afc4dd7 (2026-06-29) and go/util/jwt of chain-sdk.
The browser wallets' `ES256KADR36`, which a real provider takes too, is not understood here.
"""

import base64
import binascii
import hashlib
import re
import time
from collections.abc import Callable
from http import HTTPStatus

import msgspec

from ....core.shapes import ready
from .claims import Claims, check_claims

ALGORITHM = "ES256K"
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")

PublicKeyOf = Callable[[str], bytes | None]
"""An account's address -> its compressed public key, or `None` where the chain has never seen it sign."""


class DeniedError(Exception):
    """A token or a header that is not let in; the status and the text are the real gateway's."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def unauthorized() -> DeniedError:
    """No token, or one that does not cover what was asked."""
    return DeniedError(HTTPStatus.UNAUTHORIZED, "unauthorized access")


class _Header(msgspec.Struct, frozen=True):
    alg: str


def read_claims(authorization: str, key_of: PublicKeyOf, now: Callable[[], float] = time.time) -> Claims | None:
    """The claims of an `Authorization` header, `None` for an empty one. Raises `DeniedError`."""
    if not authorization:
        return None
    parts = authorization.split()
    if len(parts) != 2 or parts[0].lower() != "bearer":
        raise DeniedError(HTTPStatus.BAD_REQUEST, "invalid authorization header")
    claims = _signed_claims(parts[1], key_of)
    try:
        check_claims(claims, now())
    except ValueError as error:
        # golang-jwt 5.3 wraps an expired token as invalid claims first, so it gets this status as well
        raise DeniedError(HTTPStatus.BAD_REQUEST, "JWT has invalid claims") from error
    return claims


def _signed_claims(token: str, key_of: PublicKeyOf) -> Claims:
    try:
        head, body, seal = token.split(".")
        header = msgspec.json.decode(_unpack(head), type=ready(_Header))
        claims = msgspec.json.decode(_unpack(body), type=ready(Claims))
        signature = _unpack(seal)
    except (ValueError, msgspec.MsgspecError, binascii.Error) as error:
        raise _invalid() from error
    key = key_of(claims.iss)
    if header.alg != ALGORITHM or key is None or not _verifies(f"{head}.{body}".encode(), signature, key):
        raise _invalid()
    return claims


def _verifies(message: bytes, signature: bytes, key: bytes) -> bool:
    """Whether a 64-byte signature holds; libsecp256k1 refuses a high s by itself, as the chain does."""
    import coincurve
    from coincurve.ecdsa import cdata_to_der, deserialize_compact

    if len(signature) != 64:
        return False
    try:
        der = cdata_to_der(deserialize_compact(signature))
        return coincurve.PublicKey(key).verify(der, hashlib.sha256(message).digest(), hasher=None)
    except ValueError:
        return False


def _unpack(part: str) -> bytes:
    if not _BASE64URL.fullmatch(part):
        raise ValueError("not base64url without padding")
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _invalid() -> DeniedError:
    return DeniedError(HTTPStatus.UNAUTHORIZED, "JWT is invalid")
