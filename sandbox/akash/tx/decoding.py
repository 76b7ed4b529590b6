"""Bytes into values. What is not understood is refused, as the chain does: it knows no unknown fields."""

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from ..refusals import sdk
from ..spec import Coin
from .schema import message_class

if TYPE_CHECKING:
    from google.protobuf.message import Message

SIGN_MODE_DIRECT = 1
KEY_URL = "/cosmos.crypto.secp256k1.PubKey"


class Tx(msgspec.Struct, frozen=True, kw_only=True):
    """A signed transaction. `messages` are type URLs with their bytes."""

    hash: str
    raw: bytes
    body: bytes
    auth_info: bytes
    messages: tuple[tuple[str, bytes], ...]
    memo: str
    timeout_height: int
    public_key: bytes | None
    sequence: int
    mode: int
    fee: tuple[Coin, ...]
    gas_limit: int
    signature: bytes


def parse(name: str, data: bytes) -> Any:
    """A message of that name; raises the chain's refusal for bytes that are none, or that hold more."""
    from google.protobuf.message import DecodeError

    message = message_class(name)()
    try:
        message.ParseFromString(data)
    except DecodeError as error:
        raise sdk(2, f"{error}: tx parse error") from error
    _refuse_unknown(message)
    return message


def decode_tx(raw: bytes) -> Tx:
    """Raises the chain's refusal for what is no transaction with exactly one signer."""
    outer = parse("TxRaw", raw)
    body, auth = parse("TxBody", outer.body_bytes), parse("AuthInfo", outer.auth_info_bytes)
    if not body.messages:
        raise sdk(18, "must contain at least one message: invalid request")
    if len(auth.signer_infos) != 1 or len(outer.signatures) != 1:
        raise sdk(4, "wrong number of signers; expected 1: unauthorized")
    signer = auth.signer_infos[0]
    return Tx(
        hash=hashlib.sha256(raw).hexdigest().upper(),
        raw=raw,
        body=outer.body_bytes,
        auth_info=outer.auth_info_bytes,
        messages=tuple((row.type_url, row.value) for row in body.messages),
        memo=body.memo,
        timeout_height=body.timeout_height,
        public_key=_public_key(signer),
        sequence=signer.sequence,
        mode=signer.mode_info.single.mode,
        fee=tuple(coin(row) for row in auth.fee.amount),
        gas_limit=auth.fee.gas_limit,
        signature=outer.signatures[0],
    )


def coin(message: Any) -> Coin:
    """An amount in whole units; raises the chain's refusal for another."""
    return Coin(denom=message.denom, amount=Decimal(whole(message.amount.encode())))


def whole(text: bytes) -> int:
    """A number as the chain writes one, in decimal digits."""
    if not text.isdigit() or len(text) > 60:
        raise sdk(2, "not a number: tx parse error")
    return int(text)


def _public_key(signer: Any) -> bytes | None:
    if not signer.HasField("public_key"):
        return None
    if signer.public_key.type_url != KEY_URL:
        raise sdk(8, "pubkey type is not supported: invalid pubkey")
    key: bytes = parse("PubKey", signer.public_key.value).key
    return key


def _refuse_unknown(message: "Message") -> None:
    from google.protobuf.unknown_fields import UnknownFieldSet

    if len(UnknownFieldSet(message)):
        raise sdk(2, f"errUnknownField {message.DESCRIPTOR.name}: tx parse error")
    for field, value in message.ListFields():
        if field.message_type is not None:
            for below in value if field.is_repeated else [value]:
                _refuse_unknown(below)
