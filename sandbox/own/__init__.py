"""The owner's racks in the sandbox: the example's sites file, and nodes taken away behind one's back.

There is no service to stand in for. The wire is the site's ledger, an SQLite file beside the sites
file whose table `reservation` has one row a node that is taken; deleting the row frees the node.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from ...core.errors import UsageError
from ..faults import FaultKind, unknown_machine

EXAMPLE = Path(__file__).parent / "sites.yaml"
"""Also linked as `examples/sites.yaml`."""

SITES = "sites.yaml"
LEDGER = "sites.ledger.sqlite3"


def prepare(folder: Path) -> Path:
    """The sandbox's sites file in `folder`, copied from the example where there is none yet."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sites = folder / SITES
    if not sites.exists():
        shutil.copyfile(EXAMPLE, sites)
    return sites


def inject(kind: FaultKind, machine: str | None, folder: Path) -> None:
    """Show a fault. Only `preempt` means something here: the node of `machine` is given to nobody."""
    if kind is not FaultKind.PREEMPT:
        raise UsageError(
            f"Racks of one's own cannot show {kind.value}",
            why="no service is asked; only a node can be taken away",
            fix="ampacity sandbox fault own preempt",
            code="AMP-SANDBOX-FAULT",
        )
    there = _take(machine, folder / LEDGER)
    if not there or (machine is not None and machine not in there):
        raise unknown_machine("own", machine, there)


def _take(machine: str | None, ledger: Path) -> list[str]:
    """Free the node with that id, or the one that was taken first where none is named; the ids there were."""
    if not ledger.exists():
        return []
    with closing(sqlite3.connect(ledger, timeout=30)) as database, database:
        there = [row[0] for row in database.execute("SELECT id FROM reservation ORDER BY created_at, id")]
        chosen = machine or next(iter(there), None)
        database.execute("DELETE FROM reservation WHERE id = ?", (chosen,))
        return there
