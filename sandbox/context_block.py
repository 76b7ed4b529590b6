"""The context `sandbox` in the configuration: a marked block, and not one byte beside it."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from ..core.contexts import load_config, set_current
from ..core.errors import UsageError
from ..core.files import write_atomic
from .places import CONTEXT, SandboxLayout
from .table import OPTIONS, SECRETS

BEGIN = "# >>> ampacity sandbox >>> written by `ampacity sandbox up`, removed by `down`\n"
END = "# <<< ampacity sandbox <<<\n"

_BLOCK = re.compile(rb"\n?# >>> ampacity sandbox >>>.*?# <<< ampacity sandbox <<<\n?", re.DOTALL)
_CURRENT = re.compile(rf'^current\s*=\s*["\']{CONTEXT}["\'][^\n]*\n?'.encode(), re.MULTILINE)
_TABLE = re.compile(rb"^\s*\[", re.MULTILINE)

DOMAIN = "sandbox.ampacity.invalid"
"""Written into what the throw-away wallet signs; `.invalid` is nobody's (RFC 2606)."""


def check_config(path: Path) -> None:
    """Raises `UsageError` where the file is wrong, or has a context `sandbox` that is not ours."""
    load_config(path)
    outside = tomllib.loads(_BLOCK.sub(b"", _read(path)).decode())
    if CONTEXT in outside.get("contexts", {}):
        raise UsageError(
            f"The configuration already has a context {CONTEXT!r}",
            why=f"{path} has it outside the sandbox's own block",
            fix=f"rename that context in {path}",
            code="AMP-SANDBOX-CONTEXT",
        )


def write_context(path: Path, block: str) -> None:
    """Put `block` in place of the old one, or at the end; make it current where nothing is."""
    data = _read(path)
    kept = _BLOCK.sub(b"", data)
    lead = b"\n" if kept else b""  # taken out again with the block
    _write(path, kept + lead + (BEGIN + block + END).encode())
    if load_config(path).current is None:
        set_current(path.resolve(), CONTEXT)


def remove_context(path: Path) -> None:
    """Take the block out, and with it the mark that it is current."""
    data = _read(path)
    kept = _BLOCK.sub(b"", data)
    table = _TABLE.search(kept)
    top = table.start() if table else len(kept)
    kept = _CURRENT.sub(b"", kept[:top]) + kept[top:]
    if not kept.strip():
        path.unlink(missing_ok=True)
    elif kept != data:
        _write(path, kept)


def context_block(layout: SandboxLayout, endpoints: Mapping[str, str], files: Mapping[str, Path], ipfs: str) -> str:
    """The context as TOML. It names where secrets are, and holds none."""
    rows = [f"[contexts.{CONTEXT}]", "loopback = true", ""]
    rows += [f"[contexts.{CONTEXT}.state]", f"folder = {_text(layout.state)}"]
    rows += [f"passphrase = {{ file = {_text(layout.passphrase)} }}", ""]
    rows += [f"[contexts.{CONTEXT}.ipfs]", f"api = {_text(ipfs)}", ""]
    rows += [f"[contexts.{CONTEXT}.approval]", f"policy = {_text(layout.policy)}", f"domain = {_text(DOMAIN)}"]
    rows += [f"uri = {_text(f'https://{DOMAIN}')}", f"keystores = {_text(layout.keystores)}"]
    rows += [f"password = {{ file = {_text(layout.password)} }}"]
    for name, endpoint in sorted(endpoints.items()):
        rows += ["", f"[contexts.{CONTEXT}.providers.{name}]", f"endpoint = {_text(endpoint)}"]
        rows += [
            f"secrets.{secret} = {{ file = {_text(layout.part(name) / secret)} }}" for secret in SECRETS.get(name, ())
        ]
        rows += [
            f"options.{option} = {_text(value.format(endpoint=endpoint))}"
            for option, value in OPTIONS.get(name, {}).items()
        ]
    for name, file in sorted(files.items()):
        rows += ["", f"[contexts.{CONTEXT}.providers.{name}]", f"options.sites = {_text(file)}"]
    return "\n".join(rows) + "\n"


def _text(value: object) -> str:
    """A TOML basic string; JSON's escapes are among TOML's."""
    return json.dumps(str(value))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _write(path: Path, data: bytes) -> None:
    """Through a link to the file that it means; the mode is kept, and an equal file is left alone."""
    target = path.resolve()
    if _read(target) == data:
        return
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
    write_atomic(target, data, mode=mode)
