"""What runs, as a value."""

import msgspec

from .part import Part, parts
from .places import SandboxLayout
from .process import running_in
from .table import FILES


class PartStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One part. A part that is only files has no process, and is alive while they are there."""

    name: str
    alive: bool
    pid: int | None = None
    endpoint: str | None = None


class SandboxStatus(msgspec.Struct, frozen=True, kw_only=True):
    """All parts, and where they keep their state."""

    folder: str
    parts: tuple[PartStatus, ...]

    @property
    def up(self) -> bool:
        """Whether every part is alive."""
        return all(part.alive for part in self.parts)


def read_status(layout: SandboxLayout) -> SandboxStatus:
    """What runs now. Asks the system and the folder, not the network."""
    processes = [part_status(part) for part in parts(layout)]
    files = [_file_status(layout, name) for name in FILES]
    return SandboxStatus(folder=str(layout.folder), parts=(*processes, *files))


def part_status(part: Part) -> PartStatus:
    """One process, and where it listens if it runs."""
    running = running_in(part.folder)
    if running is None:
        return PartStatus(name=part.name, alive=False)
    return PartStatus(name=part.name, alive=True, pid=running.pid, endpoint=part.endpoint())


def _file_status(layout: SandboxLayout, name: str) -> PartStatus:
    folder = layout.part(name)
    return PartStatus(name=name, alive=folder.is_dir(), endpoint=str(folder) if folder.is_dir() else None)
