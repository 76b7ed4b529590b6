"""What goes wrong with a gateway, each by a name of its own, and what a refusal of its means."""

from enum import StrEnum
from typing import ClassVar

import msgspec

from ....core.shapes import ready
from ...base import Failure, ProviderError
from ..names import PROVIDER
from .text import one_line

HASH_WORDS = "manifest version validation failed"
NO_LEASE_WORDS = "no lease for deployment"


class Trouble(StrEnum):
    """Why a gateway did not do it."""

    ADDRESS = "address"
    """What it claims to be its address is none that may be called."""
    CERTIFICATE = "certificate"
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    OVERSIZE = "oversize"
    REDIRECT = "redirect"
    NONSENSE = "nonsense"
    TOKEN = "token"  # noqa: S105 - a word, no secret
    NO_LEASE = "no-lease"
    """It has not seen the lease, or no more."""
    MANIFEST_HASH = "manifest-hash"
    """The manifest is not the one whose hash the deployment carries."""
    MANIFEST = "manifest"
    REFUSED = "refused"


_KINDS: dict[Trouble, Failure] = {
    Trouble.UNREACHABLE: Failure.UNREACHABLE,
    Trouble.SLOW: Failure.UNREACHABLE,
    Trouble.NO_LEASE: Failure.UNREACHABLE,
    Trouble.TOKEN: Failure.AUTH,
    Trouble.MANIFEST_HASH: Failure.INVALID,
    Trouble.MANIFEST: Failure.INVALID,
    Trouble.REFUSED: Failure.INVALID,
}
"""What is not here is `NONSENSE`: no honest gateway does it."""

_WHATS: dict[Trouble, str] = {
    Trouble.ADDRESS: "The provider's gateway has an address that must not be called",
    Trouble.CERTIFICATE: "The provider's gateway cannot prove who it is",
    Trouble.UNREACHABLE: "The provider's gateway cannot be reached",
    Trouble.SLOW: "The provider's gateway is too slow",
    Trouble.OVERSIZE: "The provider's gateway answers without end",
    Trouble.REDIRECT: "The provider's gateway sends us elsewhere",
    Trouble.NONSENSE: "The provider's gateway answers nonsense",
    Trouble.TOKEN: "The provider's gateway does not take our token",
    Trouble.NO_LEASE: "The provider does not know of the lease",
    Trouble.MANIFEST_HASH: "The provider finds another hash on the chain than the manifest's",
    Trouble.MANIFEST: "The provider refuses the manifest",
    Trouble.REFUSED: "The provider's gateway refuses",
}

_FIX = "ampacity recover NAME: finishes with another bidder, or closes the order and frees the deposit"


class GatewayError(ProviderError):
    """A gateway failed or must not be used. `status` is HTTP's where it answered."""

    default_code: ClassVar[str] = "AMP-AKASH-GATEWAY"

    def __init__(self, trouble: Trouble, why: str, *, status: int | None = None) -> None:
        kind = _KINDS.get(trouble, Failure.NONSENSE)
        super().__init__(PROVIDER, kind, one_line(why), what=_WHATS[trouble], fix=_FIX)
        self.code = f"{self.default_code}-{trouble.upper()}"
        self.trouble = trouble
        self.status = status


class Message(msgspec.Struct, frozen=True):
    """The body of a refused token; other refusals are bare text."""

    message: str = ""


_BY_STATUS: dict[int, Trouble] = {
    401: Trouble.TOKEN,
    403: Trouble.TOKEN,
    404: Trouble.NO_LEASE,
    422: Trouble.MANIFEST,
    429: Trouble.UNREACHABLE,
}


def refusal(status: int, body: bytes, token: str) -> GatewayError:
    """The error that an answer outside of 2xx means. A `token` that it repeats is not shown."""
    words = _words(body.replace(token.encode(), b"***") if token else body) or "no reason given"
    return GatewayError(_trouble(status, words.lower()), f"HTTP status {status}: {words}", status=status)


def _trouble(status: int, words: str) -> Trouble:
    if 300 <= status < 400:
        return Trouble.REDIRECT
    if HASH_WORDS in words:
        return Trouble.MANIFEST_HASH
    if NO_LEASE_WORDS in words:
        return Trouble.NO_LEASE
    if status == 400 and ("jwt" in words or "authorization" in words):
        return Trouble.TOKEN
    if status >= 500:
        return Trouble.UNREACHABLE
    return _BY_STATUS.get(status, Trouble.REFUSED)


def _words(body: bytes) -> str:
    try:
        return one_line(msgspec.json.decode(body, type=ready(Message)).message)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return one_line(body.decode("utf-8", errors="replace"))
