"""The one question that may be asked of a signed message. Every check is made every time; all must hold."""

from datetime import datetime, timedelta

import msgspec

from ..addresses import Address
from .denied import DeniedError, Reason
from .message import DEFAULT_LIMITS, Limits, Message
from .parser import parse
from .signature import recover

CLOCK_SKEW = timedelta(seconds=30)
"""How far ahead a signer's clock may be."""

MIN_OPEN_NONCE_CHARS = 22
"""62^22 is above 2^128: the least length of a nonce that nobody issued beforehand."""


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What the message must say. No field has a default: nothing is left unchecked by forgetting it.

    `nonce` is the one that was issued, or `None` where the resource itself can be used only once;
    then any nonce of at least `MIN_OPEN_NONCE_CHARS` will do. `resource` is the only resource that
    the message may name; `None` means that it may name none.
    """

    domain: str
    uri: str
    chain_id: int
    nonce: str | None
    resource: str | None
    now: datetime
    max_age: timedelta


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that the key of `address` signed `message`, and that the message is as was expected."""

    address: Address
    message: Message


def verify(raw: bytes, signature: str, expectation: Expectation, limits: Limits = DEFAULT_LIMITS) -> Verified:
    """`Verified`, or `DeniedError` with its reason; nothing else leaves this function, whatever comes in.

    Plain accounts only. The bytes that came in are hashed, never a rewritten form of them.
    """
    try:
        message = parse(raw, limits)
        _check_binding(message, expectation)
        _check_times(message, expectation.now, expectation.max_age)
        signer = recover(raw, signature)
    except DeniedError:
        raise
    except Exception as error:
        raise DeniedError(Reason.INTERNAL, f"the check itself failed ({type(error).__name__})") from error
    if signer != message.address:
        raise DeniedError(
            Reason.SIGNER,
            f"the signature is not {message.address}'s; if that is a contract wallet, it is not supported",
        )
    return Verified(address=signer, message=message)


def _check_binding(message: Message, wanted: Expectation) -> None:
    if message.domain != wanted.domain or not _scheme_fits(message.scheme, wanted.uri):
        raise DeniedError(Reason.DOMAIN, f"the message is for {message.domain}, not for {wanted.domain}")
    if message.uri != wanted.uri:
        raise DeniedError(Reason.URI, f"the message is for {message.uri}, not for {wanted.uri}")
    if message.chain_id != wanted.chain_id:
        raise DeniedError(Reason.CHAIN, f"the message is for chain {message.chain_id}, not for {wanted.chain_id}")
    _check_nonce(message.nonce, wanted.nonce)
    if (message.resources or ()) != (() if wanted.resource is None else (wanted.resource,)):
        raise DeniedError(Reason.RESOURCE, f"the message is not about {wanted.resource or 'no resource'}")


def _scheme_fits(scheme: str | None, uri: str) -> bool:
    return scheme is None or uri.startswith(f"{scheme}:")


def _check_nonce(nonce: str, wanted: str | None) -> None:
    if wanted is not None and nonce != wanted:
        raise DeniedError(Reason.NONCE, "the nonce is not the one that was issued")
    if wanted is None and len(nonce) < MIN_OPEN_NONCE_CHARS:
        raise DeniedError(Reason.NONCE, f"the nonce has fewer than {MIN_OPEN_NONCE_CHARS} characters")


def _check_times(message: Message, now: datetime, max_age: timedelta) -> None:
    issued = message.issued_at.moment
    if issued > now + CLOCK_SKEW:
        raise DeniedError(Reason.ISSUED_IN_FUTURE, f"the message says it was issued at {message.issued_at.text}")
    if now - issued > max_age:
        raise DeniedError(Reason.TOO_OLD, f"the message was issued at {message.issued_at.text}, too long ago")
    if message.expiration_time is not None and now >= message.expiration_time.moment:
        raise DeniedError(Reason.EXPIRED, f"the message ended at {message.expiration_time.text}")
    if message.not_before is not None and now < message.not_before.moment:
        raise DeniedError(Reason.NOT_YET_VALID, f"the message begins at {message.not_before.text}")
