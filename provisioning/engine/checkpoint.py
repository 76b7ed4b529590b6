"""The file backend's checkpoint, read without the engine and without the passphrase.

The engine replaces it in one step (`WriteAll` of `saveCheckpoint` in `pkg/backend/diy/state.go`,
v3.259.0), so that a reader sees it as it was or as it is, never half of it. Secrets in it are
encrypted and stay so. Changes go through the engine's own export and import.
"""

from pathlib import Path
from typing import Any

import msgspec

from ...core.errors import ResourceError

VERSIONS = frozenset({3, 4})
"""4 is 3 with a list of features: those that Ampacity uses add fields that a reader may ignore."""


class _Inner(msgspec.Struct):
    latest: dict[str, Any] | None = None


class _Checkpoint(msgspec.Struct):
    version: int
    checkpoint: _Inner


def read_checkpoint(path: Path) -> dict[str, Any] | None:
    """What the engine's export would give, `None` where there is no stack.

    Raises `ResourceError` AMP-STATE for a file that is damaged or of a version that is not known.
    """
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Checkpoint)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from error
    if kept.version not in VERSIONS:
        raise _unreadable(path, f"it is of version {kept.version}, and only {sorted(VERSIONS)} are known here")
    return {"version": kept.version, "deployment": kept.checkpoint.latest or {}}


def _unreadable(path: Path, why: str) -> ResourceError:
    return ResourceError(
        "The state of the deployment cannot be read",
        why=f"{path}: {why}",
        fix=f"the engine keeps the one before it in {path.name}.bak, which can be copied over it",
        code="AMP-STATE",
    )
