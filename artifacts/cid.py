"""Content identifiers as values, compared as bytes and never as text.

Source: github.com/multiformats/cid and github.com/multiformats/multihash (2026-11-21).
"""

import hashlib

import msgspec

from ..core.errors import UsageError
from .multibase import decode_base58, decode_multibase, encode_base32, encode_base58
from .varint import decode_varint, encode_varint

RAW = 0x55
DAG_PB = 0x70
SHA2_256 = 0x12
MAX_DIGEST_BYTES = 128


class Cid(msgspec.Struct, frozen=True, kw_only=True):
    """Names a block: `version` 0 or 1, `codec` of its bytes, `multihash` of them."""

    version: int
    codec: int
    multihash: bytes

    def __post_init__(self) -> None:
        code, digest = split_multihash(self.multihash)
        if self.version not in {0, 1} or self.codec < 0:
            raise ValueError(f"there is no CID version {self.version} with codec {self.codec}")
        if self.version == 0 and (self.codec != DAG_PB or code != SHA2_256 or len(digest) != 32):
            raise ValueError("a version 0 CID is dag-pb under sha2-256")

    def __bytes__(self) -> bytes:
        if self.version == 0:
            return self.multihash
        return encode_varint(self.version) + encode_varint(self.codec) + self.multihash

    def __str__(self) -> str:
        """The usual text: `Qm…` for version 0, base32 for version 1."""
        return encode_base58(self.multihash) if self.version == 0 else encode_base32(bytes(self))

    @property
    def sha256(self) -> bytes | None:
        """The sha2-256 of the block, or None where another hash names it."""
        code, digest = split_multihash(self.multihash)
        return digest if code == SHA2_256 and len(digest) == 32 else None

    def names(self, block: bytes) -> bool:
        """Whether `block` is the one that is named; False under a hash that we do not compute."""
        return self.sha256 == hashlib.sha256(block).digest()


def split_multihash(data: bytes) -> tuple[int, bytes]:
    """Hash function and digest; raises `ValueError` unless `data` is exactly one multihash."""
    code, at = decode_varint(data)
    length, at = decode_varint(data, at)
    if length > MAX_DIGEST_BYTES or len(data) - at != length:
        raise ValueError("a multihash has the wrong length")
    return code, data[at:]


def cid_of_digest(codec: int, sha256: bytes) -> Cid:
    """The version 1 CID of a block with that sha2-256."""
    return Cid(version=1, codec=codec, multihash=bytes((SHA2_256, 32)) + sha256)


def cid_of(codec: int, block: bytes) -> Cid:
    """The version 1 CID of `block` under sha2-256."""
    return cid_of_digest(codec, hashlib.sha256(block).digest())


def cid_from_bytes(data: bytes) -> Cid:
    """The CID in its binary form; raises `ValueError` for anything before or after it."""
    if len(data) == 34 and data[:2] == bytes((SHA2_256, 32)):
        return Cid(version=0, codec=DAG_PB, multihash=data)
    version, at = decode_varint(data)
    if version != 1:
        raise ValueError(f"there is no binary CID of version {version}")
    codec, at = decode_varint(data, at)
    return Cid(version=1, codec=codec, multihash=data[at:])


def parse_cid(text: str) -> Cid:
    """A person's or a node's text as a CID. Raises `UsageError` AMP-CID."""
    try:
        return _cid_from_text(text)
    except ValueError as error:
        raise UsageError(
            "That is no CID",
            why=f"{text[:80]!r}: {error}",
            fix="give the bare CID, as ampacity artifact cid PATH prints it",
            code="AMP-CID",
        ) from error


def _cid_from_text(text: str) -> Cid:
    if len(text) == 46 and text.startswith("Qm"):
        return cid_from_bytes(decode_base58(text))
    if text[:1] not in {"b", "z"}:
        raise ValueError("a CID is b… (base32), z… (base58), or of version 0: Qm… of 46 characters")
    cid = cid_from_bytes(decode_multibase(text))
    if cid.version == 0:
        raise ValueError("version 0 has no multibase prefix")
    return cid
