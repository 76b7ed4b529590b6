"""The text of a message made by the `siwe` library, and checked to be what our own parser reads."""

import secrets
import warnings

from ..core.errors import AmpacityError
from .siwe.message import Message
from .siwe.parser import parse
from .siwe.serialise import serialise

NONCE_BYTES = 16


def new_nonce() -> str:
    """128 random bits as 32 hex digits."""
    return secrets.token_hex(NONCE_BYTES)


def build_text(message: Message) -> str:
    """What the wallet is to sign. Raises `DeniedError` if the values do not fit the grammar.

    Two programs must agree on it byte for byte: a text that the library would write differently is
    never shown to a signer.
    """
    ours = serialise(message)
    if parse(ours) != message or _library_text(message) != ours.decode("ascii"):
        raise AmpacityError(
            "The approval's text could not be made",
            why="the siwe library and Ampacity's own writer do not agree on it",
            code="AMP-APPROVAL-TEXT",
        )
    return ours.decode("ascii")


def _library_text(message: Message) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its grammar redefines core rules, and web3 imports old websockets
        from siwe import SiweMessage

    text = SiweMessage(
        domain=message.domain,
        address=message.address,
        statement=message.statement,
        uri=message.uri,
        version="1",
        chain_id=message.chain_id,
        nonce=message.nonce,
        issued_at=message.issued_at.text,
        expiration_time=message.expiration_time and message.expiration_time.text,
        resources=list(message.resources or ()),
    ).prepare_message()
    return str(text)
