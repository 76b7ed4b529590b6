"""A plan's way to disk: what is no plan is not written over, and what lay there is not left to pass for its own."""

import json
from contextlib import suppress
from itertools import count
from pathlib import Path

from ..access.approval_files import approvals_folder
from ..core.digests import digest_bytes
from ..core.errors import MissingError, UsageError
from ..core.files import write_atomic
from ..core.reading import read_file
from .planfiles import MAX_PLAN_BYTES

_DIGITS = 8
_SCHEMA = "ampacity.plan/"
_FIX = "name another file with --out"


def check_place(path: Path) -> None:
    """Raises `UsageError` where something lies at `path` that is no plan: only plans are replaced by plans."""
    if not _may_be_replaced(path):
        raise UsageError(
            f"{path} is no plan, and is not written over",
            why="a plan is only saved in the place of another plan",
            fix=_FIX,
            code="AMP-PLAN-PLACE",
        )


def _may_be_replaced(path: Path) -> bool:
    """Whether a plan is there, also of another version or touched, or nothing; a device or a folder is neither."""
    with suppress(OSError):  # where one may not even look, saving tells
        if path.exists() and not path.is_file():
            return False
    try:
        data = read_file(path, MAX_PLAN_BYTES)
    except MissingError:
        return True
    with suppress(ValueError, RecursionError):
        content = json.loads(data)
        return isinstance(content, dict) and str(content.get("schema")).startswith(_SCHEMA)
    return not data


def save_plan(path: Path, data: bytes) -> Path | None:
    """Write the plan `data` to `path`, in the place of any other.

    Approvals of another plan that lay there can never count for this one, and are records of who
    agreed to what: they are moved aside, and the path that they then have comes back.
    Raises `UsageError` where nothing can be written there.
    """
    try:
        return _replace(path, data)
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(f"The plan cannot be saved as {path}", why=why, fix=_FIX, code="AMP-PLAN-PLACE") from error


def _replace(path: Path, data: bytes) -> Path | None:
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
