"""A transaction's bytes: SIGN_MODE_DIRECT, one message, one signature (cosmos-sdk ADR 20)."""

import hashlib
from decimal import Decimal

import msgspec

from ..values import FEE_DENOM, UAKT_PER_AKT
from .keys import Signable, Signer
from .messages import Message
from .schema import encode

DIRECT = 1
"""`cosmos.tx.signing.v1beta1.SignMode`."""
KEY_TYPE = "/cosmos.crypto.secp256k1.PubKey"


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a signature is good for. After block `timeout_height` the transaction is dead for good."""

    chain_id: str
    account_number: int
    sequence: int
    timeout_height: int
    gas_limit: int = 0
    fee_uakt: int = 0


def signed(message: Message, terms: Terms, signer: Signer) -> bytes:
    """The transaction as it is broadcast."""
    body, auth = _body(message, terms), _auth(terms, signer.public_key)
    document = encode(
        "SignDoc",
        {
            "body_bytes": body,
            "auth_info_bytes": auth,
            "chain_id": terms.chain_id,
            "account_number": terms.account_number,
        },
    )
    return _raw(body, auth, signer.sign(Signable(kind="transaction", data=document, summary=_summary(message, terms))))


def unsigned(message: Message, terms: Terms, public_key: bytes) -> bytes:
    """The transaction as it is simulated: with an empty signature, which only a simulation takes."""
    return _raw(_body(message, terms), _auth(terms, public_key), b"")


def tx_hash(raw: bytes) -> str:
    """What the chain will know the transaction by, known before it is sent."""
    return hashlib.sha256(raw).hexdigest().upper()


def _summary(message: Message, terms: Terms) -> str:
    fee = f"{Decimal(terms.fee_uakt) / UAKT_PER_AKT} AKT"
    return f"{message.summary}; for a fee of {fee} on {terms.chain_id}, until block {terms.timeout_height}"


def _body(message: Message, terms: Terms) -> bytes:
    rows = [{"type_url": message.type_url, "value": message.data}]
    return encode("TxBody", {"messages": rows, "timeout_height": terms.timeout_height})


def _auth(terms: Terms, public_key: bytes) -> bytes:
    key = {"type_url": KEY_TYPE, "value": encode("PubKey", {"key": public_key})}
    info = {"public_key": key, "mode_info": {"single": {"mode": DIRECT}}, "sequence": terms.sequence}
    coins = [{"denom": FEE_DENOM, "amount": str(terms.fee_uakt)}] if terms.fee_uakt else []
    return encode("AuthInfo", {"signer_infos": [info], "fee": {"amount": coins, "gas_limit": terms.gas_limit}})


def _raw(body: bytes, auth: bytes, signature: bytes) -> bytes:
    return encode("TxRaw", {"body_bytes": body, "auth_info_bytes": auth, "signatures": [signature]})
