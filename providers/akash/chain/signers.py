"""A signer for each form of a wallet of one's own: words, a keystore file, another program."""

import shlex
import subprocess
from functools import singledispatch
from pathlib import Path
from typing import Any

import msgspec

from ....core.errors import UsageError
from ...base import ProviderAuthError
from ...text import clean
from ..custodies import KeystoreFile, Mnemonic, OutsideSigner
from ..names import PROVIDER
from .keys import KeySigner, Signable, Signer, quietly, signer_of_words
from .signatures import LENGTH, low_s, verifies

MAX_KEYSTORE_BYTES = 65_536
COMMAND_SECONDS = 120
"""A person may have to press a button."""


@singledispatch
def open_signer(custody: object) -> Signer:
    """The signer of a `Mnemonic`, `KeystoreFile` or `OutsideSigner`. Raises `AmpacityError` without quoting it."""
    raise TypeError(f"{type(custody).__name__} is no wallet of one's own")


@open_signer.register
def _(custody: Mnemonic) -> Signer:
    return signer_of_words(custody.words)


@open_signer.register
def _(custody: KeystoreFile) -> Signer:
    from eth_keyfile.keyfile import decode_keyfile_json

    secret = quietly(decode_keyfile_json, _read(custody.path), custody.password.encode())
    if not isinstance(secret, bytes):
        raise ProviderAuthError(
            PROVIDER, f"{custody.path} does not open", fix="check options.keystore and secrets.password"
        )
    return KeySigner(secret)


@open_signer.register
def _(custody: OutsideSigner) -> Signer:
    return CommandSigner(custody.command, custody.public_key)


class CommandSigner:
    """Another program signs: it gets the digest and what that is of on stdin, and prints the signature as hex.

    The first line is the digest as hex, the second a JSON object: `kind`, `summary` and `data` as base64, whose
    sha256 the digest is. So it can show what it signs, and refuse by ending with another status than 0.
    """

    def __init__(self, command: tuple[str, ...], public_key: bytes) -> None:
        self._command = command
        self._public_key = public_key

    @property
    def public_key(self) -> bytes:
        """As the context names it."""
        return self._public_key

    def sign(self, what: Signable) -> bytes:
        """64 bytes, s low, checked against the public key before anybody else sees them."""
        signature = quietly(low_s, bytes.fromhex(_hex(self._run(what))))
        if signature is None or not verifies(signature, what.digest, self._public_key):
            raise self._failed("it printed no signature of options.public_key")
        return bytes(signature)

    def _run(self, what: Signable) -> bytes:
        told = what.digest.hex().encode() + b"\n" + msgspec.json.encode(what) + b"\n"
        try:
            done = subprocess.run(self._command, input=told, capture_output=True, timeout=COMMAND_SECONDS, check=True)
        except subprocess.CalledProcessError as error:  # not chained: these hold what the program printed
            raise self._failed(f"it refused to sign (status {error.returncode}): {what.summary}") from None
        except subprocess.TimeoutExpired:
            raise self._failed(f"it gave no answer within {COMMAND_SECONDS} s: {what.summary}") from None
        except OSError as error:
            raise self._failed(f"it could not be run: {error.strerror}") from None
        return done.stdout

    def _failed(self, why: str) -> ProviderAuthError:
        """What it printed is told nowhere: it may be a secret."""
        command = clean(shlex.join(self._command))
        fix = f"run {command} by hand: 64 hex digits and a line of JSON on stdin, 128 hex digits on stdout"
        return ProviderAuthError(PROVIDER, f"{command}: {why}", what="Nothing was signed by options.signer", fix=fix)


def _hex(printed: bytes) -> str:
    """The hex digits that were printed, an empty text for anything else."""
    text = printed.decode("ascii", errors="replace").strip().removeprefix("0x")
    return text if len(text) == 2 * LENGTH and set(text.lower()) <= set("0123456789abcdef") else ""


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_KEYSTORE_BYTES + 1)
        return msgspec.json.decode(data[:MAX_KEYSTORE_BYTES], type=dict[str, Any])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        fix = f"set options.keystore under [contexts.NAME.providers.{PROVIDER}]"
        raise UsageError(f"{path} is no keystore", why=type(error).__name__, fix=fix, code="AMP-FILE") from error
