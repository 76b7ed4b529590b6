"""The site's ledger: who has which node, in one SQLite file beside `sites.yaml`.

One row of `reservation` is one node taken; deleting the row frees it, whoever does so. A node is
unique and so is a token, so two processes never get the same node and one order never two. Every
change is one `BEGIN IMMEDIATE` transaction; a process that is killed leaves all of it or nothing.
The file must be on a disk of this computer or of one whose locks work: not on an old NFS.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import msgspec

from ...core.shapes import ready
from ..base import Failure, Labels, ProviderError, Token
from .names import PROVIDER

VERSION = 1
WAIT_SECONDS = 30.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS reservation (
    id TEXT PRIMARY KEY, site TEXT NOT NULL, node TEXT NOT NULL, rack TEXT NOT NULL, type TEXT NOT NULL,
    region TEXT NOT NULL, node_kw TEXT NOT NULL, usd_per_hour TEXT, token TEXT NOT NULL UNIQUE,
    deployment TEXT NOT NULL, deployment_name TEXT NOT NULL, machine TEXT NOT NULL, plan TEXT NOT NULL,
    created_at TEXT NOT NULL, ends_at TEXT, UNIQUE (site, node))
"""


class Reservation(msgspec.Struct, frozen=True, kw_only=True):
    """One node taken. `node_kw` and `usd_per_hour` are what held when it was taken."""

    id: str
    site: str
    node: str
    rack: str
    type: str
    region: str
    node_kw: Decimal
    usd_per_hour: Decimal | None
    token: str
    deployment: str
    deployment_name: str
    machine: str
    plan: str
    created_at: datetime
    ends_at: datetime | None


class Ledger:
    """The file at `path`, made by the first reservation. Safe between threads and processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> list[Reservation]:
        """Every node that is taken, by site and name."""
        if not self._path.exists():
            return []
        with self._open() as database:
            return _rows(database)

    def take(self, token: Token, choose: Callable[[list[Reservation]], Reservation]) -> Reservation:
        """The token's reservation, or a new one that `choose` makes knowing all others.

        Nothing can come between the choice and the entry. What `choose` raises is passed on and
        leaves the ledger as it was.
        """
        with self._open() as database:
            held = _rows(database)
            found = next((row for row in held if row.token == token), None)
            if found is not None:
                return found
            made = choose(held)
            marks = ", ".join(f":{name}" for name in Reservation.__struct_fields__)
            statement = f"INSERT INTO reservation ({_COLUMNS}) VALUES ({marks})"  # noqa: S608
            database.execute(statement, msgspec.to_builtins(made))
            return made

    def free(self, reservation_id: str) -> None:
        """Give a node back; quiet where it is free."""
        if self._path.exists():
            with self._open() as database:
                database.execute("DELETE FROM reservation WHERE id = ?", (reservation_id,))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction. Raises `ProviderError` where the file cannot be used."""
        try:
            database = sqlite3.connect(self._path, timeout=WAIT_SECONDS, isolation_level=None)
        except sqlite3.Error as error:
            raise self._trouble(Failure.UNREACHABLE, error) from error
        try:
            database.execute("BEGIN IMMEDIATE")
            self._check_version(database)
            yield database
            self._commit(database)
        except sqlite3.OperationalError as error:
            raise self._trouble(Failure.UNREACHABLE, error) from error
        except sqlite3.DatabaseError as error:
            raise self._trouble(Failure.NONSENSE, error) from error
        finally:
            database.close()  # what was not committed is undone

    def _check_version(self, database: sqlite3.Connection) -> None:
        version = int(database.execute("PRAGMA user_version").fetchone()[0])
        if version not in {0, VERSION}:
            raise ProviderError(
                PROVIDER, Failure.NONSENSE, f"{self._path} is of version {version}; this program knows {VERSION}"
            )
        if version == 0:
            database.execute(_SCHEMA)
            database.execute(f"PRAGMA user_version = {VERSION}")

    def _commit(self, database: sqlite3.Connection) -> None:
        try:
            database.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._trouble(Failure.UNKNOWN_OUTCOME, error) from error

    def _trouble(self, kind: Failure, error: Exception) -> ProviderError:
        return ProviderError(PROVIDER, kind, f"the ledger {self._path}: {error}", fix=f"look at {self._path}")


_COLUMNS = ", ".join(Reservation.__struct_fields__)


def _rows(database: sqlite3.Connection) -> list[Reservation]:
    found = database.execute(f"SELECT {_COLUMNS} FROM reservation ORDER BY site, node").fetchall()  # noqa: S608
    try:
        return [
            msgspec.convert(dict(zip(Reservation.__struct_fields__, row, strict=True)), ready(Reservation))
            for row in found
        ]
    except msgspec.ValidationError as error:
        raise ProviderError(PROVIDER, Failure.NONSENSE, f"the ledger has a row that is none: {error}") from error


def labels_of(row: Reservation) -> Labels:
    """Whose reservation it is."""
    return msgspec.convert(msgspec.structs.asdict(row), ready(Labels))
