"""A plan's way to disk: what lay under its name is not left to pass for its own."""

from itertools import count
from pathlib import Path

from ..access.approval_files import approvals_folder
from ..core.digests import digest_bytes
from ..core.files import write_atomic

_DIGITS = 8


def save_plan(path: Path, data: bytes) -> Path | None:
    """Write the plan `data` to `path`, in the place of any other.

    Approvals of another plan that lay there can never count for this one, and are records of who
    agreed to what: they are moved aside, and the path that they then have comes back.
    """
    old = path.read_bytes() if path.is_file() else b""
    moved = None if old == data else _move_aside(approvals_folder(path), old)
    write_atomic(path, data)
    return moved


def _move_aside(approvals: Path, plan: bytes) -> Path | None:
    if not approvals.exists():
        return None
    # A plan's digest is that of its file without the line end.
    digest = digest_bytes(plan.removesuffix(b"\n"))
    name = f"{approvals.name}.{digest.rpartition(':')[2][:_DIGITS]}"
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    free = next(path for path in map(approvals.with_name, names) if not path.exists())
    return approvals.rename(free)
