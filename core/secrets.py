"""References to secrets. The configuration holds where a secret is, never what it is."""

import os
import shlex
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

    @property
    def origin(self) -> str:
        """Where it is, in words."""
        if self.env is not None:
            return f"environment variable {self.env}"
        return f"file {self.file}" if self.file is not None else f"command {(self.command or ('',))[0]}"


def read_secret(ref: SecretRef, environment: Mapping[str, str]) -> str:
    """The secret itself, without its line end. Raises `AuthError` without ever quoting it."""
    if ref.env is not None:
        value = environment.get(ref.env, "")
    elif ref.file is not None:
        value = _text(_read_private(ref.file), ref)
    else:
        value = _text(_run(ref.command or ()), ref)
    value = value.rstrip("\r\n")
    if not value:
        raise AuthError("A secret is empty", why=f"{ref.origin} gave nothing", fix=_fix(ref))
    return value


def _text(data: bytes, ref: SecretRef) -> str:
    if len(data) > MAX_BYTES:
        raise AuthError("A secret is too large", why=f"{ref.origin} gave more than {MAX_BYTES} bytes", fix=_fix(ref))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Not chained: the decoding error holds the bytes.
        raise AuthError(
            "A secret is not text", why=f"{ref.origin} gave bytes that are not UTF-8", fix=_fix(ref)
        ) from None


def _fix(ref: SecretRef) -> str:
    """What a person does about a secret that cannot be had."""
    if ref.env is not None:
        return f"export {ref.env}=…, or name another place in the configuration"
    if ref.file is not None:
        return f"write it to {shlex.quote(str(ref.file))} (chmod 600), or name another place in the configuration"
    return f"run the {ref.origin} by hand, as the configuration has it, or name another place there"


def _read_private(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise UsageError(
                    "A secret file can be read by others",
                    why=str(path),
                    fix=f"chmod 600 {shlex.quote(str(path))}",
                    code="AMP-SECRET-MODE",
                )
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        why = f"{path}: {error.strerror}"
        raise AuthError("A secret file cannot be read", why=why, fix=_fix(SecretRef(file=path))) from error


def _run(command: tuple[str, ...]) -> bytes:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        # Not chained: the error holds what the command printed.
        why, fix = f"{command[0]}: {type(error).__name__}", _fix(SecretRef(command=command))
        raise AuthError("A secret's command failed", why=why, fix=fix) from None
    return done.stdout
