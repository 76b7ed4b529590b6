"""Who signs for the account. A key goes in once and never comes out: not by repr, not by an error, not by pickle.

The words are BIP-39, the path is cosmos' own, m/44'/118'/0'/0/0 (SLIP-44 coin 118).
"""

import hashlib
import unicodedata
from typing import Any, NoReturn, Protocol

import msgspec

from ...base import ProviderAuthError
from ..names import PROVIDER
from .signatures import low_s

PATH = "m/44'/118'/0'/0/0"
WORD_COUNTS = (12, 15, 18, 21, 24)
WORDS_FIX = f"set secrets.mnemonic under [contexts.NAME.providers.{PROVIDER}] to the wallet's 12 to 24 words"


class Signable(msgspec.Struct, frozen=True, kw_only=True):
    """What a signature is asked for: of `data`, its sha256 is signed.

    `kind` is `transaction` (`data` is a protobuf SignDoc) or `token` (the signing input of a JWT). `summary` says
    in a line what it does; who doubts that reads `data`.
    """

    kind: str
    data: bytes
    summary: str

    @property
    def digest(self) -> bytes:
        """The 32 bytes that are signed."""
        return digest(self.data)


class Signer(Protocol):
    """Signs with the account's key."""

    @property
    def public_key(self) -> bytes:
        """Compressed, 33 bytes."""
        ...

    def sign(self, what: Signable) -> bytes:
        """64 bytes, s low. Raises `ProviderAuthError` where the key cannot be used."""
        ...


class KeySigner:
    """Signs in this process."""

    __slots__ = ("_key", "_public_key")

    def __init__(self, secret: bytes) -> None:
        """Raises `ProviderAuthError` for 32 bytes that are no key."""
        from coincurve import PrivateKey

        key = quietly(PrivateKey, secret)
        if key is None or len(secret) != 32:
            raise ProviderAuthError(PROVIDER, "the key is none of secp256k1")
        self._key = key
        self._public_key: bytes = key.public_key.format(compressed=True)

    @property
    def public_key(self) -> bytes:
        """Compressed, 33 bytes."""
        return self._public_key

    def sign(self, what: Signable) -> bytes:
        """64 bytes, s low; the same data always give the same signature (RFC 6979)."""
        return low_s(self._key.sign_recoverable(what.digest, hasher=None)[:64])

    def __repr__(self) -> str:
        return "KeySigner(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not written anywhere")


def signer_of_words(words: str) -> KeySigner:
    """The signer of a BIP-39 phrase in any of its languages. Raises `ProviderAuthError`, which does not quote it."""
    from eth_account.hdaccount import key_from_seed, seed_from_mnemonic

    phrase = " ".join(words.split())
    seed = quietly(seed_from_mnemonic, phrase, "")
    if seed is None:
        raise ProviderAuthError(PROVIDER, _fault(phrase), what="secrets.mnemonic is no BIP-39 phrase", fix=WORDS_FIX)
    return KeySigner(key_from_seed(seed, PATH))


def _fault(phrase: str) -> str:
    """What keeps it from being one, without a word of it."""
    from eth_account.hdaccount.mnemonic import Mnemonic
    from eth_account.types import Language

    words = set(unicodedata.normalize("NFKD", phrase).split())
    count = len(phrase.split())
    if count not in WORD_COUNTS:
        return f"it has {count} words; allowed: {', '.join(map(str, WORD_COUNTS))}"
    if not any(words <= set(Mnemonic(Language(name)).wordlist) for name in Mnemonic.list_languages()):
        return f"of its {count} words one is in no BIP-39 list, or they are of several languages"
    return "its checksum does not fit: a word is mistyped or stands in another's place"


def digest(data: bytes) -> bytes:
    """What is signed: the sha256 of the bytes."""
    return hashlib.sha256(data).digest()


def quietly(make: Any, *parts: Any) -> Any:
    """What `make` gives, `None` where it raises. Its error would quote the secret, so nothing keeps it."""
    try:
        return make(*parts)
    except Exception:  # noqa: BLE001  any error at all may quote it
        return None
