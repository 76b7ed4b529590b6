"""`config.toml`: named contexts, as kubectl has them. Strict: an unknown key is an error.

Paths in it are meant from its own folder, and absolute once it is read: whoever starts another process
in another folder, or comes back tomorrow from elsewhere, means the same state.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Annotated

import msgspec

from .errors import MissingError, UsageError
from .files import write_atomic
from .fitting import MisfitError, fit
from .paths import config_file, data_dir
from .reading import read_text
from .secrets import SecretRef
from .tomllines import toml_lines

_PLAIN_SECRET = re.compile(r"`\S*(?:secrets\.[^.`]+|passphrase|password)`: Expected `object(?: \| null)?`, got `\w+`.*")
_CURRENT = re.compile(r"\s*current\s*=")


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a context says of one seller. `options` are checked by that seller's own folder."""

    endpoint: str | None = None
    regions: tuple[str, ...] = ()
    secrets: dict[str, SecretRef] = {}
    options: dict[str, str] = {}
    timeout_seconds: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 20.0


class StateSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where deployments are remembered, and what opens their secrets."""

    folder: Path | None = None
    passphrase: SecretRef | None = None


class IpfsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The Kubo node that artifacts are pinned to."""

    api: str


class ApprovalSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who must sign a plan before it is applied. `domain` and `uri` are written into the message."""

    policy: Path
    domain: str
    uri: str
    keystores: Path | None = None
    password: SecretRef | None = None
    """What opens the one wallet in `keystores`; asked for on a terminal where it is not named."""


class Context(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One named set of sellers, state, pin places and policy.

    `loopback` allows endpoints on this computer and plain http to them, and nothing else.
    """

    providers: dict[str, ProviderSettings] = {}
    state: StateSettings = StateSettings()
    ipfs: IpfsSettings | None = None
    approval: ApprovalSettings | None = None
    loopback: bool = False

    def secrets(self) -> Iterator[tuple[str, SecretRef]]:
        """Every secret that is named, by its key in the file."""
        for seller, settings in sorted(self.providers.items()):
            yield from ((f"providers.{seller}.secrets.{key}", ref) for key, ref in sorted(settings.secrets.items()))
        if self.state.passphrase is not None:
            yield "state.passphrase", self.state.passphrase
        if self.approval is not None and self.approval.password is not None:
            yield "approval.password", self.approval.password


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    current: str | None = None
    contexts: dict[str, Context] = {}


BY_HAND = 'write it: current = "NAME" and below it [contexts.NAME.providers.SELLER] with what that seller needs'
"""How a configuration is made without the sandbox."""


class NamedContext(msgspec.Struct, frozen=True, kw_only=True):
    """A context that was chosen, with its name and the file that it came from, as an absolute path."""

    name: str
    context: Context
    file: Path

    @property
    def state_folder(self) -> Path:
        """The folder of the local state backend."""
        return self.context.state.folder or data_dir() / "state" / self.name


def load_config(path: Path | None = None) -> Config:
    """The file's content, or an empty configuration where there is none."""
    path = _place(path)
    if not path.exists():
        return Config()
    text = read_text(path)
    try:
        return fit(tomllib.loads(text), toml_lines(text), Config, partial(_dec, path.parent), echo=False)
    except tomllib.TOMLDecodeError as error:
        raise _refusal(path, str(error)) from error
    except MisfitError as error:
        if _PLAIN_SECRET.fullmatch(error.problem):
            raise _bare_secret(path, error) from error
        raise _refusal(path, error.problem, error.line) from error


def choose_context(
    name: str | None = None, *, config_path: Path | None = None, environment: Mapping[str, str] = os.environ
) -> NamedContext:
    """The context asked for by flag, by `AMPACITY_CONTEXT`, or marked current in the file.

    Raises `MissingError`: AMP-CONFIG-ABSENT for a file that was named and is not there, AMP-CONTEXT-NONE where
    nothing says which context, AMP-CONTEXT-UNKNOWN for one that the file does not have.
    """
    path = _place(config_path)
    refuse_absent(config_path)
    config = load_config(path)
    wanted = name or environment.get("AMPACITY_CONTEXT") or config.current
    if wanted is None:
        raise MissingError(
            "No context is chosen",
            why=f"{path} marks none as current" if path.exists() else f"{path} is not there",
            fix="ampacity sandbox up, or " + ("ampacity context use NAME" if path.exists() else BY_HAND),
            code="AMP-CONTEXT-NONE",
        )
    if wanted not in config.contexts:
        known = ", ".join(sorted(config.contexts)) or "none"
        raise MissingError(
            f"There is no context {wanted!r}",
            why=f"{path} has: {known}" if path.exists() else f"{path} is not there",
            fix="ampacity context list" if path.exists() else f"ampacity sandbox up, or {BY_HAND}",
            code="AMP-CONTEXT-UNKNOWN",
        )
    return NamedContext(name=wanted, context=config.contexts[wanted], file=path)


def set_current(path: Path, name: str) -> None:
    """Mark `name` as current in the file, leaving every other line as it is."""
    line = f"current = {json.dumps(name)}"
    lines = path.read_text(encoding="utf-8").splitlines()
    first_table = next((at for at, text in enumerate(lines) if text.lstrip().startswith("[")), len(lines))
    old = [at for at, text in enumerate(lines[:first_table]) if _CURRENT.match(text)]
    kept = [text for at, text in enumerate(lines) if at not in old]
    write_atomic(path, ("\n".join([line, *kept]) + "\n").encode(), mode=0o600)


def refuse_absent(path: Path | None) -> None:
    """Raises `MissingError` AMP-CONFIG-ABSENT for a file that was named and is not there.

    It says which is read where none is named, and how one is made.
    """
    if path is None or path.exists():
        return
    path, usual = path.absolute(), config_file()
    found = f"{usual}, which is read without --config, is {'there' if usual.exists() else 'not there either'}"
    try_out = f"AMPACITY_CONFIG={quote(str(path))} ampacity sandbox up, to try without an account"
    ways = [*(["leave --config out"] if usual.exists() else []), BY_HAND, try_out]
    raise MissingError(
        f"The configuration {path} is not there", why=found, fix="; or ".join(ways), code="AMP-CONFIG-ABSENT"
    )


def _refusal(path: Path, problem: str, line: int | None = None) -> UsageError:
    return UsageError(
        "The configuration cannot be used",
        why=f"{path}, line {line}: {problem}" if line else f"{path}: {problem}",
        fix=f"edit {path}:{line}" if line else f"edit {path}",
        code="AMP-CONFIG",
    )


def _bare_secret(path: Path, error: MisfitError) -> UsageError:
    key = error.problem.split("`")[1]
    forms = '{ env = "NAME" }, { file = "PATH" } (mode 0600) or { command = ["PROGRAM", "ARGUMENT"] }'
    told = "a secret is never written here, only where it is"
    return UsageError(
        "The configuration holds a secret itself",
        why=f"{path}, line {error.line}: `{key}`: {told}: {forms}",
        fix=f"edit {path}:{error.line}; what stood there was in a plain file: replace it by a new one",
        code="AMP-CONFIG",
    )


def _place(path: Path | None) -> Path:
    return path.absolute() if path else config_file()


def _dec(folder: Path, kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return folder / Path(value).expanduser()
    raise ValueError(f"Expected a {kind.__name__.lower()} as text")
