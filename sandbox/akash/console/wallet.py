"""The managed wallet: an account whose key the Console keeps, and the API key that it answers to."""

import json
import secrets
import time
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import msgspec

from ....core.files import write_atomic
from ....core.shapes import ready
from ..bech32 import address_of_key
from ..gateway.claims import Claims, check_claims

CREDIT_UACT = 1_000_000_000
"""A thousand ACT, about as many US dollars."""


class Wallet(msgspec.Struct, frozen=True, kw_only=True):
    """`secret` is the account's private key; it lies in the stand-in's folder, as the API keys do."""

    api_keys: frozenset[str]
    secret: bytes
    public_key: bytes
    address: str
    user_id: str
    """The user's id, which the wallet is found by."""

    def token(self, ttl_seconds: int, leases: dict[str, Any]) -> str:
        """A JWT (ES256K, low-s) for providers' gateways. Raises `ValueError` for leases that are no such claim."""
        import coincurve

        now = int(time.time())
        claims = {"version": "v1", "exp": now + ttl_seconds, "nbf": now, "iat": now, "iss": self.address}
        claims |= {"jti": str(uuid.uuid4()), "leases": leases}
        check_claims(msgspec.convert(claims, ready(Claims)), now)
        text = f"{_packed({'alg': 'ES256K', 'typ': 'JWT'})}.{_packed(claims)}"
        signature = coincurve.PrivateKey(self.secret).sign_recoverable(text.encode())[:64]
        return f"{text}.{_base64url(signature)}"


def load_wallet(folder: Path) -> Wallet:
    """The wallet of `folder`, its key and an API key made where there are none."""
    import coincurve

    secret = bytes.fromhex(_kept(folder / "managed_wallet", secrets.token_hex(32)))
    public_key = coincurve.PrivateKey(secret).public_key.format()
    address = address_of_key(public_key)
    return Wallet(
        api_keys=frozenset(_kept(folder / "api_key", f"ac.sk.sandbox.{secrets.token_hex(32)}").split()),
        secret=secret,
        public_key=public_key,
        address=address,
        user_id=str(uuid.uuid5(uuid.NAMESPACE_URL, address)),
    )


def _kept(file: Path, fresh: str) -> str:
    if not file.exists():
        write_atomic(file, f"{fresh}\n".encode(), mode=0o600)
    return file.read_text(encoding="utf-8").strip()


def _packed(value: object) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
