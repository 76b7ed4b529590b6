"""What the plugin is told, through its environment: nothing of it is a secret or in state."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

CONTEXT_FILE = "AMPACITY_PLUGIN_CONTEXT_FILE"
CONTEXT_NAME = "AMPACITY_PLUGIN_CONTEXT_NAME"
JOURNAL = "AMPACITY_PLUGIN_JOURNAL"
SITES = "AMPACITY_PLUGIN_SITES"
SETTLE_SECONDS = "AMPACITY_PLUGIN_SETTLE_SECONDS"


class PluginSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`settle_seconds` is how long a new machine may be absent from its seller's own list."""

    context_file: Path
    context_name: str
    journal: Path
    sites: Path | None = None
    settle_seconds: float = 10.0

    def environment(self) -> dict[str, str]:
        """These settings as the variables that `read_settings` reads."""
        plain = {
            CONTEXT_FILE: str(self.context_file),
            CONTEXT_NAME: self.context_name,
            JOURNAL: str(self.journal),
            SETTLE_SECONDS: str(self.settle_seconds),
        }
        return plain | ({SITES: str(self.sites)} if self.sites else {})


def read_settings(environment: Mapping[str, str]) -> PluginSettings:
    """The settings in `environment`; raises `KeyError` naming a variable that is missing."""
    sites = environment.get(SITES)
    return PluginSettings(
        context_file=Path(environment[CONTEXT_FILE]),
        context_name=environment[CONTEXT_NAME],
        journal=Path(environment[JOURNAL]),
        sites=Path(sites) if sites else None,
        settle_seconds=float(environment.get(SETTLE_SECONDS, "10")),
    )
