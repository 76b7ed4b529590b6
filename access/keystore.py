"""Encrypted key files in the Web3 Secret Storage form, version 3: the one that geth and Foundry write.

A key is in memory only inside a `Signer`, which never shows it; passwords come from a callable, never
from an argument of a program.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from ..core.errors import AuthError, UsageError
from ..core.files import write_atomic
from ..core.secrets import SecretRef, read_secret
from .addresses import Address, address_of, checksum
from .keyfile import KeyFile, read_keyfile
from .siwe.signature import personal_hash

STANDARD_SCRYPT_N = 2**18
"""geth's standard: about 256 MiB and a second to unlock."""
LIGHT_SCRYPT_N = 2**12
"""geth's light work factor: for throw-away wallets only."""

Password = Callable[[], str]
"""Asks for, or fetches, the password; called once, when it is needed."""


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


class Keystore(msgspec.Struct, frozen=True, kw_only=True):
    """One key file. `address` is what the file claims (Foundry's claim nothing); `problem` why it is unusable."""

    name: str
    path: Path
    address: Address | None = None
    problem: str = ""


class Signer:
    """An unlocked key that can sign and do nothing else."""

    def __init__(self, key: bytes) -> None:
        import coincurve

        self._key = coincurve.PrivateKey(key)
        self.address = address_of(self._key.public_key.format(compressed=False))

    def __repr__(self) -> str:
        return f"Signer({self.address})"

    def sign(self, message: bytes) -> str:
        """EIP-191 signature of `message`: 0x, then r, s (low) and v (27 or 28) in 65 bytes of hex."""
        signature = self._key.sign_recoverable(personal_hash(message), hasher=None)
        return "0x" + signature[:64].hex() + bytes([27 + signature[64]]).hex()


def secret_password(ref: SecretRef, environment: Mapping[str, str]) -> Password:
    """A password from a file of mode 0600, an environment variable or a command."""
    return lambda: read_secret(ref, environment)


def create_keystore(folder: Path, name: str, password: str, *, scrypt_n: int = STANDARD_SCRYPT_N) -> Keystore:
    """Make a new key in `folder/name.json`, mode 0600. Raises `UsageError` rather than replace a file."""
    import coincurve
    from eth_account import Account

    path = folder / f"{_checked(name)}.json"
    if path.exists():
        raise UsageError(f"{path} exists", why="a key file is never replaced", fix="choose another name")
    key = coincurve.PrivateKey()
    content = Account.encrypt(key.secret, password, kdf="scrypt", iterations=scrypt_n)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomic(path, msgspec.json.encode(content) + b"\n", mode=0o600)
    return Keystore(name=name, path=path, address=address_of(key.public_key.format(compressed=False)))


def list_keystores(folder: Path) -> list[Keystore]:
    """The key files in `folder` by name; an unusable one is listed with its problem."""
    if not folder.is_dir():
        return []
    return [describe_keystore(path) for path in sorted(folder.iterdir()) if not path.name.startswith(".")]


def unlock(keystore: Keystore, password: Password) -> Signer:
    """The key in the file. Raises `UsageError` for an unusable file, `AuthError` for a wrong password."""
    content = read_keyfile(keystore.path)
    signer = Signer(_decrypt(keystore.path, content, password()))
    if content.address is not None and _claimed(content) != signer.address:
        raise AuthError("A key file holds another key than it says", why=f"{keystore.path}: {signer.address}")
    return signer


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name for a key file",
            why="letters, digits, dot, dash and underscore are allowed, at most 63, a letter or digit first",
            fix="choose another name",
        )
    return name


def describe_keystore(path: Path) -> Keystore:
    """What a key file claims, or why it is unusable; no password is needed."""
    name = path.name.removesuffix(".json")
    try:
        return Keystore(name=name, path=path, address=_claimed(read_keyfile(path)))
    except UsageError as error:
        return Keystore(name=name, path=path, problem=error.why)


def _claimed(content: KeyFile) -> Address | None:
    return None if content.address is None else checksum(bytes.fromhex(content.address.removeprefix("0x")))


def _decrypt(path: Path, content: KeyFile, password: str) -> bytes:
    from eth_account import Account

    try:
        return bytes(Account.decrypt(msgspec.to_builtins(content), password))
    except ValueError as error:
        raise AuthError(
            "The key file does not open",
            why=f"{path}: the password is wrong, or the file is damaged",
            fix="try again with its password",
            code="AMP-KEYSTORE-PASSWORD",
        ) from error
