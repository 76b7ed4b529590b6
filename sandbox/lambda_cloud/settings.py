"""What the stand-in is told by its folder and the environment."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ...core.files import write_atomic


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`keys` are the bearer keys that are let in."""

    keys: frozenset[str]
    ready_seconds: float
    slow_seconds: float
    rate_limit: bool


def settings_from(folder: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings, a throw-away key made where `folder/api_key` has none."""
    file = folder / "api_key"
    if not file.exists():
        write_atomic(file, f"sandbox-{secrets.token_hex(16)}\n".encode(), mode=0o600)
    return Settings(
        keys=frozenset(file.read_text(encoding="utf-8").split()),
        ready_seconds=float(environment.get("AMPACITY_SANDBOX_READY_SECONDS", "2")),
        slow_seconds=float(environment.get("AMPACITY_SANDBOX_SLOW_SECONDS", "5")),
        rate_limit=environment.get("AMPACITY_SANDBOX_RATE_LIMIT") == "1",
    )
