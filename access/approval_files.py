"""The detached file of one approval, `PLAN.approvals/ADDRESS.json`, and the folder of them.

The folder is hostile: whoever can send a plan can send its approvals. Reading it never fails as a
whole; what cannot be read is listed with a reason and counts for nothing.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from ..core.errors import UsageError
from ..core.files import write_atomic
from .addresses import Address
from .bounded import read_bounded

MAX_FILE_BYTES = 16 * 1024
MAX_FILES = 256
_MAX_WHY_CHARS = 200

How = Literal["keystore", "pasted"]


class Approval(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"schema_": "schema"}):
    """`ampacity.approval/1`: the exact message, its signature, and how that came about."""

    schema_: Literal["ampacity.approval/1"] = "ampacity.approval/1"
    message: Annotated[str, msgspec.Meta(max_length=4096)]
    signature: Annotated[str, msgspec.Meta(max_length=256)]
    signed_with: How


class StoredApproval(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the folder and what it holds."""

    file: str
    approval: Approval


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """One file that counts for nothing, and why."""

    file: str
    why: str


def approvals_folder(plan: Path) -> Path:
    """Where the approvals of the plan file lie: beside it."""
    return plan.with_name(plan.name + ".approvals")


def store(folder: Path, address: Address, approval: Approval) -> Path:
    """Write the approval of one wallet, replacing an older one of the same wallet."""
    path = folder / f"{address}.json"
    write_atomic(path, msgspec.json.format(msgspec.json.encode(approval), indent=2) + b"\n")
    return path


def read_folder(folder: Path) -> tuple[list[StoredApproval], list[Rejected]]:
    """What can be read, in order of file names, and what cannot. Hidden files are passed over."""
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        return [], []
    except OSError as error:
        return [], [Rejected(file=folder.name, why=f"the folder cannot be read: {error.strerror}")]
    if len(paths) > MAX_FILES:
        return [], [Rejected(file=folder.name, why=f"it has {len(paths)} files; at most {MAX_FILES} are read")]
    good: list[StoredApproval] = []
    bad: list[Rejected] = []
    for path in paths:
        found = _read(path)
        if isinstance(found, StoredApproval):
            good.append(found)
        else:
            bad.append(found)
    return good, bad


def write_message(path: Path, text: str) -> None:
    """Write the exact text for a wallet on another computer: no line end is added."""
    write_atomic(path, text.encode("ascii"))


def read_message(path: Path) -> bytes:
    """The exact bytes that were signed elsewhere; raises `UsageError` where there is no such file."""
    try:
        return read_bounded(path, MAX_FILE_BYTES)
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            "The message cannot be read",
            why=f"{path}: {told}",
            fix="name the file that `ampacity approve PLAN --message-out FILE` wrote",
            code="AMP-APPROVAL-MESSAGE",
        ) from error


def _read(path: Path) -> StoredApproval | Rejected:
    name = _printable(path.name)
    try:
        approval = msgspec.json.decode(read_bounded(path, MAX_FILE_BYTES, follow=False), type=Approval)
    except OSError as error:
        return Rejected(file=name, why=f"it cannot be read: {error.strerror}")
    except (ValueError, RecursionError) as error:
        return Rejected(file=name, why=_printable(f"it is no approval: {error}"))
    return StoredApproval(file=name, approval=approval)


def _printable(text: str) -> str:
    """`text` for a terminal: names and contents of these files may hold anything."""
    return "".join(one if one.isascii() and one.isprintable() else "?" for one in text[:_MAX_WHY_CHARS])
