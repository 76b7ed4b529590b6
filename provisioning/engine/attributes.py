"""The attributes that the engine's file backend keeps beside each checkpoint, `NAME.json.attrs`.

The checkpoint itself is replaced in one step, its attributes are not: a kill at that moment leaves
them empty, and from then on every command fails with `failed to load checkpoint: EOF` (3.259.0;
seen once in some hundred kills, and at once with an emptied file). They hold nothing that is
needed, so broken ones are removed.
"""

import json
from pathlib import Path

from .settings import EngineSettings


def mend_attributes(settings: EngineSettings) -> None:
    """Remove the stack's attributes where they are not whole. Quiet where there is nothing wrong."""
    checkpoint = settings.stack_file
    for name in (checkpoint.name, f"{checkpoint.name}.bak"):
        path = checkpoint.with_name(f"{name}.attrs")
        if path.is_file() and not _whole(path):
            path.unlink(missing_ok=True)


def _whole(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    return True
