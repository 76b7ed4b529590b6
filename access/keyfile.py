"""The JSON of a key file, checked before any of its numbers is worked with.

Version 3 of the Web3 Secret Storage definition. The work factors are bounded: a hostile file must
not make unlocking take all memory.
"""

import stat
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from ..core.errors import UsageError
from .bounded import read_bounded

MAX_KEYFILE_BYTES = 16 * 1024
MAX_SCRYPT_BYTES = 1 << 29
"""128 x n x r; geth's standard needs half of it."""

Hex = Annotated[str, msgspec.Meta(pattern=r"^(0x)?([0-9a-fA-F]{2})*$", max_length=256)]
Hex20 = Annotated[str, msgspec.Meta(pattern=r"^(0x)?[0-9a-fA-F]{40}$")]


class ScryptWork(msgspec.Struct, frozen=True):
    """scrypt's parameters (RFC 7914)."""

    dklen: Literal[32]
    n: Annotated[int, msgspec.Meta(ge=2, le=1 << 20)]
    r: Annotated[int, msgspec.Meta(ge=1, le=64)]
    p: Annotated[int, msgspec.Meta(ge=1, le=16)]
    salt: Hex

    def __post_init__(self) -> None:
        if 128 * self.n * self.r > MAX_SCRYPT_BYTES:
            raise ValueError(f"its scrypt work needs more than {MAX_SCRYPT_BYTES >> 20} MiB")


class Pbkdf2Work(msgspec.Struct, frozen=True):
    """PBKDF2's parameters (RFC 8018)."""

    dklen: Literal[32]
    c: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
    prf: Literal["hmac-sha256"]
    salt: Hex


class CipherParams(msgspec.Struct, frozen=True):
    """Where AES's counter starts."""

    iv: Hex


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """The encrypted key. `kdfparams` is read by `kdf` in `_checked`."""

    cipher: Literal["aes-128-ctr"]
    ciphertext: Annotated[str, msgspec.Meta(pattern=r"^(0x)?[0-9a-fA-F]{64}$")]
    cipherparams: CipherParams
    kdf: Literal["scrypt", "pbkdf2"]
    kdfparams: dict[str, str | int]
    mac: Annotated[str, msgspec.Meta(pattern=r"^(0x)?[0-9a-fA-F]{64}$")]

    def __post_init__(self) -> None:
        msgspec.convert(self.kdfparams, ScryptWork if self.kdf == "scrypt" else Pbkdf2Work)


class KeyFile(msgspec.Struct, frozen=True, kw_only=True):
    """One key file. Unknown fields are left out: other programs add their own."""

    version: Literal[3]
    crypto: Sealed
    address: Hex20 | None = None


def read_keyfile(path: Path) -> KeyFile:
    """The checked content of `path`; raises `UsageError` for no key file, or one that others can read."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise _unusable(path, "it can be read by others", f"chmod 600 {path}")
        return msgspec.json.decode(read_bounded(path, MAX_KEYFILE_BYTES), type=KeyFile)
    except (OSError, ValueError, RecursionError) as error:
        raise _unusable(path, str(error), "name a version 3 key file") from error


def _unusable(path: Path, why: str, fix: str) -> UsageError:
    return UsageError("A key file cannot be used", why=f"{path}: {why}", fix=fix, code="AMP-KEYSTORE-FILE")
