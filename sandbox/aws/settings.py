"""What the stand-in is told by the environment."""

import os
from collections.abc import Mapping

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How long a machine takes to come up, and how late a slow answer is."""

    ready_seconds: float
    slow_seconds: float


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings, each with its default."""
    return Settings(
        ready_seconds=float(environment.get("AMPACITY_SANDBOX_READY_SECONDS", "2")),
        slow_seconds=float(environment.get("AMPACITY_SANDBOX_SLOW_SECONDS", "5")),
    )
