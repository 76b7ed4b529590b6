"""References to secrets. The configuration holds where a secret is, never what it is."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

from .errors import AuthError, UsageError

COMMAND_SECONDS = 30


class SecretRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of: an environment variable, a command whose stdout it is, a 0600 file."""

    env: str | None = None
    command: tuple[str, ...] | None = None
    file: Path | None = None

    def __post_init__(self) -> None:
        if sum(part is not None for part in (self.env, self.command, self.file)) != 1:
            raise ValueError("a secret is named by exactly one of env, command or file")


def read_secret(ref: SecretRef, environment: Mapping[str, str]) -> str:
    """The secret itself, stripped of its line end. Raises `AuthError` without ever quoting it."""
    if ref.env is not None:
        value = environment.get(ref.env, "")
        origin = f"environment variable {ref.env}"
    elif ref.file is not None:
        value, origin = _read_private(ref.file), f"file {ref.file}"
    else:
        value, origin = _run(ref.command or ()), f"command {(ref.command or ('',))[0]}"
    value = value.strip("\r\n")
    if not value:
        raise AuthError("A secret is empty", why=f"{origin} gave nothing", fix=f"set {origin}")
    return value


def _read_private(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise UsageError(
                "A secret file can be read by others",
                why=str(path),
                fix=f"chmod 600 {path}",
                code="AMP-SECRET-MODE",
            )
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise AuthError("A secret file cannot be read", why=f"{path}: {error.strerror}") from error


def _run(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise AuthError(
            "A secret's command failed", why=f"{command[0]}: {type(error).__name__}", fix="run it by hand"
        ) from error
    return done.stdout
