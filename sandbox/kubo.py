"""A Kubo node that talks to nobody: own repository, this computer only, no peers, no telemetry."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from ..core.errors import ResourceError
from ..core.files import write_atomic

INIT_SECONDS = 60
PROFILES = "test,unixfs-v1-2025"

SETTINGS: dict[str, Any] = {
    "Addresses": {"Swarm": []},
    "AutoNAT": {"ServiceMode": "disabled"},
    "Gateway": {"NoFetch": True},
    "HTTPRetrieval": {"Enabled": False},
    "Plugins": {"Plugins": {"telemetry": {"Disabled": True, "Config": {"Mode": "off"}}}},
    "Provide": {"Enabled": False},
    "Routing": {"Type": "none"},
    "Swarm": {"RelayClient": {"Enabled": False}, "RelayService": {"Enabled": False}},
    "Version": {"SwarmCheckEnabled": False},
}
"""On top of the profile `test`, which already listens on free ports of this computer and knows no peers."""


def kubo_environment(folder: Path) -> dict[str, str]:
    """The node's environment: ours without other settings of IPFS."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("IPFS_", "LIBP2P_"))}
    return {**kept, "IPFS_PATH": str(folder), "IPFS_TELEMETRY": "off"}


def prepare_kubo(program: Path, folder: Path) -> None:
    """Make the repository in `folder` unless it is there, and set what it must not do. Raises `ResourceError`."""
    (folder / "api").unlink(missing_ok=True)  # a daemon that was killed leaves its address behind
    config = folder / "config"
    if not config.exists():
        _init(program, folder)
    settings = json.loads(config.read_text(encoding="utf-8"))
    write_atomic(config, json.dumps(_merged(settings, SETTINGS), indent=2).encode(), mode=0o600)


def kubo_endpoint(folder: Path) -> str | None:
    """Where the daemon's RPC interface listens, once it says so."""
    try:
        said = (folder / "api").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    match = re.fullmatch(r"/ip4/127\.0\.0\.1/tcp/([0-9]{1,5})", said)
    return f"http://127.0.0.1:{match[1]}" if match else None


def _init(program: Path, folder: Path) -> None:
    command = [str(program), "init", f"--profile={PROFILES}", "--empty-repo"]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        subprocess.run(
            command, env=kubo_environment(folder), capture_output=True, text=True, timeout=INIT_SECONDS, check=True
        )
    except subprocess.CalledProcessError as error:
        raise _failed(error.stderr.strip()[-300:]) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise _failed(str(error)) from error


def _failed(why: str) -> ResourceError:
    return ResourceError(
        "The IPFS node's repository cannot be made", why=why, fix="ampacity engines install kubo", code="AMP-SANDBOX"
    )


def _merged(base: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in extra.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
