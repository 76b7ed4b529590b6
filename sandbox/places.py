"""Where the sandbox keeps what it needs, all of it in one folder of its own."""

from pathlib import Path

import msgspec

from ..core.paths import data_dir

CONTEXT = "sandbox"
"""The name of the context that `up` writes."""

HOST = "127.0.0.1"
"""Where everything listens: this computer only."""


class SandboxLayout(msgspec.Struct, frozen=True, kw_only=True):
    """Paths below `folder`. The wallet and its policy are made by the command line, the rest by `up`."""

    folder: Path

    @property
    def lock(self) -> Path:
        """Held by whoever starts or stops; beside the folder, because `down` removes that."""
        return self.folder.with_name(f"{self.folder.name}.lock")

    @property
    def state(self) -> Path:
        """The context's state backend."""
        return self.folder / "state"

    @property
    def passphrase(self) -> Path:
        """What opens the state's secrets; a 0600 file."""
        return self.folder / "passphrase"

    @property
    def keystores(self) -> Path:
        """The folder of the throw-away wallet."""
        return self.folder / "keystores"

    @property
    def password(self) -> Path:
        """The wallet's password; a 0600 file."""
        return self.folder / "wallet-password"

    @property
    def policy(self) -> Path:
        """Who must sign a plan."""
        return self.folder / "policy.toml"

    def part(self, name: str) -> Path:
        """The folder of one stand-in, of the node, or of the racks."""
        return self.folder / name


def layout() -> SandboxLayout:
    """The layout in this user's data folder."""
    return SandboxLayout(folder=data_dir() / "sandbox")
