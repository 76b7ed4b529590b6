"""Who holds the key that spends: the Console's managed wallet, or a wallet of one's own in three forms. Pure.

A context names exactly one, or none and only looks at offers. Nothing here shows what it holds.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ...core.errors import UsageError
from .names import PROVIDER
from .refusals import misconfigured

SECRETS = frozenset({"api_key", "mnemonic", "password"})


class ManagedWallet(msgspec.Struct, frozen=True):
    """The Console's: it signs, and is paid by card."""

    api_key: str

    def __repr__(self) -> str:
        return "ManagedWallet(…)"


class Mnemonic(msgspec.Struct, frozen=True):
    """A wallet of one's own, from its words."""

    words: str

    def __repr__(self) -> str:
        return "Mnemonic(…)"


class KeystoreFile(msgspec.Struct, frozen=True):
    """A wallet of one's own, its key encrypted in a v3 keystore."""

    path: Path
    password: str

    def __repr__(self) -> str:
        return f"KeystoreFile({str(self.path)!r}, …)"


class OutsideSigner(msgspec.Struct, frozen=True):
    """A wallet of one's own whose key another program keeps: it is told what to sign, and prints the signature."""

    command: tuple[str, ...]
    public_key: bytes
    """Compressed, 33 bytes."""


Custody = ManagedWallet | Mnemonic | KeystoreFile | OutsideSigner


def choose_custody(
    secrets: Mapping[str, str], *, keystore: str | None, signer: str | None, public_key: str | None
) -> Custody | None:
    """The custody that the context names, `None` for none. Raises `UsageError` for several, or half of one."""
    unknown = sorted(set(secrets) - SECRETS)
    if unknown:
        raise _refused(f"secrets are api_key, mnemonic or password, not {', '.join(unknown)}")
    named = [name for name in ("api_key", "mnemonic") if name in secrets]
    named += [name for name, value in (("keystore", keystore), ("signer", signer)) if value]
    if len(named) > 1:
        raise _refused(f"{' and '.join(named)} are two ways to hold a key, and one is needed")
    _refuse_loose_ends(secrets, keystore=keystore, signer=signer, public_key=public_key)
    if "api_key" in secrets:
        return ManagedWallet(secrets["api_key"])
    if "mnemonic" in secrets:
        return Mnemonic(secrets["mnemonic"])
    if keystore:
        return KeystoreFile(Path(keystore).expanduser(), secrets["password"])
    return OutsideSigner(_command(signer), _public_key(public_key or "")) if signer else None


def _refuse_loose_ends(
    secrets: Mapping[str, str], *, keystore: str | None, signer: str | None, public_key: str | None
) -> None:
    if bool(keystore) != ("password" in secrets):
        raise _refused("options.keystore and secrets.password belong together")
    if bool(signer) != bool(public_key):
        raise _refused("options.signer and options.public_key belong together")


def _command(text: str) -> tuple[str, ...]:
    """An argument list as JSON, so that no shell ever reads it."""
    try:
        command = msgspec.json.decode(text, type=tuple[str, ...])
    except msgspec.MsgspecError as error:
        example = json.dumps(["/usr/local/bin/sign", "akash"])
        raise _refused(f"options.signer is a JSON list of a program and its arguments, such as {example}") from error
    if not command or not command[0]:
        raise _refused("options.signer names no program")
    return command


def _public_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        raise _refused("options.public_key is hex") from error
    if len(key) != 33 or key[0] not in {2, 3}:
        raise _refused("options.public_key is a compressed secp256k1 key, 33 bytes as hex")
    return key


def _refused(why: str) -> UsageError:
    return misconfigured(
        why,
        f"name one of secrets.api_key, secrets.mnemonic, options.keystore with secrets.password, or "
        f"options.signer with options.public_key under [contexts.NAME.providers.{PROVIDER}]",
    )
