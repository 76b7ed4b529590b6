"""A SIWE message as a value: exactly the fields of ERC-4361, each kept so that its bytes can be made again."""

from datetime import datetime

import msgspec

from ..addresses import Address


class Stamp(msgspec.Struct, frozen=True):
    """An RFC 3339 time: as it was written, and the moment it means (aware, UTC)."""

    text: str
    moment: datetime


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `None` is an absent field; an empty statement, request id or list is a present one."""

    scheme: str | None = None
    domain: str
    address: Address
    statement: str | None = None
    uri: str
    chain_id: int
    nonce: str
    issued_at: Stamp
    expiration_time: Stamp | None = None
    not_before: Stamp | None = None
    request_id: str | None = None
    resources: tuple[str, ...] | None = None


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The most that is read before a message is refused. ERC-4361 itself sets no limits."""

    message_bytes: int = 4096
    domain_chars: int = 255
    statement_chars: int = 2048
    uri_chars: int = 512
    nonce_chars: int = 128
    request_id_chars: int = 128
    resources: int = 8


DEFAULT_LIMITS = Limits()
