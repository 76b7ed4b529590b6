"""Machines and keys in SQLite, so that a restart keeps them and two launches never share a place."""

import hashlib
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ...core.shapes import ready
from .bodies import Launch, NewKey, Tag
from .refusals import invalid, no_such_instance, no_such_resource, sold_out
from .stock import Stock

STOPPING_SECONDS = 0.5

_SCHEMA = """
CREATE TABLE IF NOT EXISTS instance (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, region TEXT NOT NULL, type TEXT NOT NULL,
    name TEXT, hostname TEXT, ssh_key TEXT NOT NULL, tags TEXT NOT NULL, cents INTEGER NOT NULL,
    image TEXT, user_data_sha256 TEXT, launched_at REAL NOT NULL, ended_at REAL, ending TEXT);
CREATE TABLE IF NOT EXISTS ssh_key (id TEXT PRIMARY KEY, name TEXT UNIQUE NOT NULL, public_key TEXT NOT NULL);
"""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One instance as it is kept. `ending` is `terminated` or `preempted`; user data only as its sha256."""

    number: int
    id: str
    region: str
    type: str
    name: str | None
    hostname: str | None
    ssh_key: str
    tags: str
    cents: int
    image: str | None
    user_data_sha256: str | None
    launched_at: float
    ended_at: float | None
    ending: str | None


class Store:
    """All that the stand-in remembers. Safe between threads and processes."""

    def __init__(
        self, path: Path, stock: Stock, *, ready_seconds: float, clock: Callable[[], float] = time.time
    ) -> None:
        self.stock = stock
        self.ready_seconds = ready_seconds
        self._path = path
        self._clock = clock
        with self._open() as database:
            database.executescript(_SCHEMA)

    def status(self, row: Row) -> str:
        """The seller's word for where the instance stands now."""
        now = self._clock()
        if row.ended_at is not None:
            if row.ending == "terminated" and now < row.ended_at + STOPPING_SECONDS:
                return "terminating"
            return row.ending or "terminated"
        return "active" if now >= row.launched_at + self.ready_seconds else "booting"

    def listed(self) -> list[Row]:
        """Instances that a list shows: all but the ended."""
        return [row for row in self._rows("1") if self.status(row) not in {"terminated", "preempted"}]

    def get(self, instance_id: str) -> Row:
        """One instance; one that was terminated is not known any more."""
        rows = self._rows("id = ?", instance_id)
        if not rows or self.status(rows[0]) == "terminated":
            raise no_such_instance()
        return rows[0]

    def free(self, type_name: str, region: str) -> int:
        """How many of a type a region has left."""
        with self._open() as database:
            return self._free(database, type_name, region)

    def launch(self, wanted: Launch, *, cents: int) -> str:
        """Make one instance and return its id; raises the seller's refusal."""
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            self._check(database, wanted)
            if self._free(database, wanted.instance_type_name, wanted.region_name) < 1:
                raise sold_out()
            instance_id = uuid.uuid4().hex
            database.execute(
                "INSERT INTO instance (id, region, type, name, hostname, ssh_key, tags, cents, image,"
                " user_data_sha256, launched_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    instance_id,
                    wanted.region_name,
                    wanted.instance_type_name,
                    wanted.name,
                    wanted.hostname,
                    wanted.ssh_key_names[0],
                    msgspec.json.encode(wanted.tags).decode(),
                    cents,
                    wanted.image and (wanted.image.id or wanted.image.family),
                    wanted.user_data and hashlib.sha256(wanted.user_data.encode()).hexdigest(),
                    self._clock(),
                ),
            )
            database.execute("COMMIT")
            return instance_id

    def end(self, instance_id: str, ending: str) -> None:
        """Let an instance end; one that has ended stays as it is."""
        with self._open() as database:
            database.execute(
                "UPDATE instance SET ended_at = ?, ending = ? WHERE id = ? AND ended_at IS NULL",
                (self._clock(), ending, instance_id),
            )

    def keys(self) -> list[dict[str, str]]:
        """The account's SSH keys."""
        with self._open() as database:
            rows = database.execute("SELECT id, name, public_key FROM ssh_key ORDER BY name").fetchall()
        return [dict(zip(("id", "name", "public_key"), row, strict=True)) for row in rows]

    def add_key(self, key: NewKey) -> dict[str, str]:
        """Keep a public key; its name must be new."""
        made = {"id": uuid.uuid4().hex, "name": key.name, "public_key": key.public_key}
        try:
            with self._open() as database:
                database.execute("INSERT INTO ssh_key VALUES (:id, :name, :public_key)", made)
        except sqlite3.IntegrityError as error:
            raise invalid(f"An SSH key with the name {key.name!r} already exists.") from error
        return made

    def remove_key(self, key_id: str) -> bool:
        """Forget a key; false if there is none."""
        with self._open() as database:
            return database.execute("DELETE FROM ssh_key WHERE id = ?", (key_id,)).rowcount == 1

    def _check(self, database: sqlite3.Connection, wanted: Launch) -> None:
        if wanted.instance_type_name not in self.stock.types:
            raise no_such_resource(f"Instance type {wanted.instance_type_name}")
        if wanted.region_name not in self.stock.regions:
            raise no_such_resource(f"Region {wanted.region_name}")
        if not database.execute("SELECT 1 FROM ssh_key WHERE name = ?", wanted.ssh_key_names).fetchone():
            raise no_such_resource(f"SSH key {wanted.ssh_key_names[0]}")

    def _free(self, database: sqlite3.Connection, type_name: str, region: str) -> int:
        held = database.execute(
            "SELECT count(*) FROM instance WHERE type = ? AND region = ? AND ended_at IS NULL", (type_name, region)
        ).fetchone()[0]
        return self.stock.types[type_name].capacity.get(region, 0) - int(held)

    def _rows(self, where: str, *values: str) -> list[Row]:
        columns = ", ".join(Row.__struct_fields__)
        with self._open() as database:
            found = database.execute(
                f"SELECT {columns} FROM instance WHERE {where} ORDER BY number",  # noqa: S608 - both are our own
                values,
            ).fetchall()
        return [msgspec.convert(dict(zip(Row.__struct_fields__, row, strict=True)), ready(Row)) for row in found]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            yield database
        finally:
            database.close()


def tags_of(row: Row) -> list[Tag]:
    """The tags of the launch."""
    return msgspec.json.decode(row.tags, type=ready(list[Tag]))
