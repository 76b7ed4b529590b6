"""The seller knows SSH keys by a name in the account. Ours carry a fingerprint, so one key is one entry."""

import base64
import binascii
import hashlib
import threading

from ..base import Failure, ProviderError
from .client import Api
from .names import PROVIDER
from .wire import SshKey


class SshKeys:
    """Registers a public key once. Entries stay in the account: other machines may use them."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def name_of(self, public_key: str | None) -> str:
        """The account's name for `public_key`, made if it is new. Raises `ProviderError`."""
        blob = key_blob(public_key)
        with self._lock:
            if blob not in self._known:
                self._known[blob] = self._adopt(blob) or self._register(blob, public_key or "")
            return self._known[blob]

    def _adopt(self, blob: str) -> str | None:
        keys = self._api.get("/ssh-keys", tuple[SshKey, ...])
        return next((key.name for key in keys if key.public_key.split()[1:2] == [blob]), None)

    def _register(self, blob: str, public_key: str) -> str:
        body = {"name": key_name(blob), "public_key": public_key.strip()}
        try:
            return self._api.post("/ssh-keys", body, SshKey).name
        except ProviderError:
            # Another process may have been faster, or only the answer was lost.
            name = self._adopt(blob)
            if name is None:
                raise
            return name


def key_blob(public_key: str | None) -> str:
    """The base64 part of an OpenSSH public key, checked. Raises `ProviderError` for anything else."""
    parts = (public_key or "").split()
    if not parts:
        raise ProviderError(
            PROVIDER,
            Failure.INVALID,
            "a machine here needs exactly one SSH key, and the spec names none",
            fix="add `ssh: {public_key: ~/.ssh/id_ed25519.pub}` to the spec",
        )
    try:
        base64.b64decode(parts[1], validate=True)
    except (IndexError, binascii.Error) as error:
        raise ProviderError(
            PROVIDER, Failure.INVALID, "the SSH key is no OpenSSH public key", fix="name a .pub file in the spec"
        ) from error
    return parts[1]


def key_name(blob: str) -> str:
    """`ampacity-` and twelve hex digits of the key's sha256."""
    return "ampacity-" + hashlib.sha256(base64.b64decode(blob)).hexdigest()[:12]
