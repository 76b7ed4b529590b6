"""What the stand-in is told by the environment."""

import os
from collections.abc import Mapping

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How fast blocks come, how long a delivered lease takes to be ready, how late a slow answer is."""

    block_seconds: float
    ready_seconds: float
    slow_seconds: float


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings, each with its default."""
    return Settings(
        block_seconds=float(environment.get("AMPACITY_SANDBOX_BLOCK_SECONDS", "1")),
        ready_seconds=float(environment.get("AMPACITY_SANDBOX_READY_SECONDS", "2")),
        slow_seconds=float(environment.get("AMPACITY_SANDBOX_SLOW_SECONDS", "5")),
    )
