"""Digests as values, and the one canonical byte form that they are taken of.

Canonical JSON is RFC 8785 (JCS); decimals are JSON strings and timestamps RFC 3339 with `Z`, as
msgspec's `to_builtins` makes them.
"""

import hashlib
import re
from typing import NewType

import msgspec

Digest = NewType("Digest", str)
"""`sha256:` and 64 lower-case hex digits."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def digest_bytes(data: bytes) -> Digest:
    """The sha256 of `data`."""
    return Digest("sha256:" + hashlib.sha256(data).hexdigest())


def parse_digest(text: str) -> Digest:
    """`text` as a digest; raises `ValueError` if it is none."""
    if not _DIGEST.fullmatch(text):
        raise ValueError(f"{text!r} is no sha256 digest")
    return Digest(text)


def canonical(value: object) -> bytes:
    """RFC 8785 bytes of a msgspec value or of plain data; sets are sorted.

    Raises `ValueError` for what has no such form: a number that is not finite, an integer beyond 2^53.
    """
    import rfc8785

    return rfc8785.dumps(msgspec.to_builtins(value, str_keys=True, order="deterministic"))


def digest_of(value: object) -> Digest:
    """The sha256 of the canonical JSON of `value`."""
    return digest_bytes(canonical(value))
