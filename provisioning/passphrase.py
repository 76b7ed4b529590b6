"""The passphrase that encrypts secrets in the state: made once a context, never shown.

Found in this order: where the configuration says (`state.passphrase`), the platform's keyring, a
0600 file beside the state folder. The first use makes one in the first place that can keep it.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.contexts import NamedContext
from ..core.errors import AuthError
from ..core.files import write_atomic
from ..core.secrets import SecretRef, read_secret

SERVICE = "ampacity"
BITS_BYTES = 32
_UNFIT = ("keyring.backends.fail", "keyring.backends.null", "keyring.backends.chainer")


def open_passphrase(context: NamedContext, environment: Mapping[str, str]) -> str:
    """The context's passphrase, made if there is none and no state yet.

    Raises `AuthError` when the named place does not give it, or when there is state but its
    passphrase is gone: a new one could not open it.
    """
    kept = find_passphrase(context, environment)
    return kept if kept is not None else _make(context, passphrase_file(context.state_folder))


def find_passphrase(context: NamedContext, environment: Mapping[str, str]) -> str | None:
    """The context's passphrase, `None` where its first use has yet to make one. Raises as `open_passphrase` does."""
    ref = context.context.state.passphrase
    if ref is not None:
        return read_secret(ref, environment)
    file = passphrase_file(context.state_folder)
    kept = _kept(context, file)
    if kept is None:
        _refuse_lost(context, file)
    return kept


def passphrase_file(state: Path) -> Path:
    """Beside the state folder, so that a copy of the state does not carry its own key."""
    return state.parent / f"{state.name}.passphrase"


def _kept(context: NamedContext, file: Path) -> str | None:
    if file.exists():
        return read_secret(SecretRef(file=file), {})
    ring = _keyring()
    kept: str | None = ring.get_password(SERVICE, _account(context)) if ring is not None else None
    return kept


def _refuse_lost(context: NamedContext, file: Path) -> None:
    if any((context.state_folder / "pulumi").rglob("stacks/*/*.json")):
        raise AuthError(
            "The passphrase of the state is missing",
            why=f"{context.state_folder} has deployments, but neither the keyring nor {file} has their passphrase",
            fix=f"put it back into {file} (mode 600), or set state.passphrase in {context.file}",
            code="AMP-PASSPHRASE-MISSING",
        )


def _make(context: NamedContext, file: Path) -> str:
    made = secrets.token_urlsafe(BITS_BYTES)
    ring = _keyring()
    if ring is not None:
        ring.set_password(SERVICE, _account(context), made)
    else:
        write_atomic(file, made.encode() + b"\n", mode=0o600)
    return made


def _account(context: NamedContext) -> str:
    return f"state:{context.state_folder}"


def _keyring() -> Any | None:
    """The platform's keyring, `None` where it has none that really keeps anything."""
    import keyring

    ring = keyring.get_keyring()
    return None if type(ring).__module__.startswith(_UNFIT) else ring
