"""References to secrets. The configuration holds where a secret is, never what it is."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

from .errors import AuthError, UsageError

COMMAND_SECONDS = 30
MAX_BYTES = 65_536


class SecretRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of: an environment variable, a command whose stdout it is, a 0600 file."""

    env: str | None = None
    command: tuple[str, ...] | None = None
    file: Path | None = None

    def __post_init__(self) -> None:
        if sum(part is not None for part in (self.env, self.command, self.file)) != 1:
            raise ValueError("a secret is named by exactly one of env, command or file")
        if self.command is not None and not self.command:
            raise ValueError("a secret's command names no program")


def read_secret(ref: SecretRef, environment: Mapping[str, str]) -> str:
    """The secret itself, without its line end. Raises `AuthError` without ever quoting it."""
    if ref.env is not None:
        value, origin = environment.get(ref.env, ""), f"environment variable {ref.env}"
    elif ref.file is not None:
        origin = f"file {ref.file}"
        value = _text(_read_private(ref.file), origin)
    else:
        command = ref.command or ()
        origin = f"command {command[0]}"
        value = _text(_run(command), origin)
    value = value.rstrip("\r\n")
    if not value:
        raise AuthError("A secret is empty", why=f"{origin} gave nothing", fix=f"set {origin}")
    return value


def _text(data: bytes, origin: str) -> str:
    if len(data) > MAX_BYTES:
        raise AuthError("A secret is too large", why=f"{origin} gave more than {MAX_BYTES} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Not chained: the decoding error holds the bytes.
        raise AuthError("A secret is not text", why=f"{origin} gave bytes that are not UTF-8") from None


def _read_private(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise UsageError(
                    "A secret file can be read by others",
                    why=str(path),
                    fix=f"chmod 600 {path}",
                    code="AMP-SECRET-MODE",
                )
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise AuthError("A secret file cannot be read", why=f"{path}: {error.strerror}") from error


def _run(command: tuple[str, ...]) -> bytes:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        # Not chained: the error holds what the command printed.
        raise AuthError(
            "A secret's command failed", why=f"{command[0]}: {type(error).__name__}", fix="run it by hand"
        ) from None
    return done.stdout
