"""What the plugin is told, through its environment: nothing of it is a secret or in state."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

CONTEXT_FILE = "AMPACITY_PLUGIN_CONTEXT_FILE"
CONTEXT_NAME = "AMPACITY_PLUGIN_CONTEXT_NAME"
FOLDER = "AMPACITY_PLUGIN_FOLDER"
JOURNAL = "AMPACITY_PLUGIN_JOURNAL"
SITES = "AMPACITY_PLUGIN_SITES"
SETTLE_SECONDS = "AMPACITY_PLUGIN_SETTLE_SECONDS"


class PluginSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`settle_seconds` is how long a new machine may be absent from its seller's own list.

    `folder` is where the command was typed: what a seller's options and a vendor's own variables
    name with a relative path is meant from there, and the engine works elsewhere.
    """

    context_file: Path
    context_name: str
    journal: Path
    folder: Path | None = None
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
        optional = {FOLDER: self.folder, SITES: self.sites}
        return plain | {name: str(path) for name, path in optional.items() if path}


def read_settings(environment: Mapping[str, str]) -> PluginSettings:
    """The settings in `environment`; raises `KeyError` naming a variable that is missing."""
    folder, sites = environment.get(FOLDER), environment.get(SITES)
    return PluginSettings(
        context_file=Path(environment[CONTEXT_FILE]),
        context_name=environment[CONTEXT_NAME],
        journal=Path(environment[JOURNAL]),
        folder=Path(folder) if folder else None,
        sites=Path(sites) if sites else None,
        settle_seconds=float(environment.get(SETTLE_SECONDS, "10")),
    )
