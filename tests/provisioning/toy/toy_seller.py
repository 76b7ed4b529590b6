"""A seller made for tests: its cloud is an SQLite file, so that it outlives every killed process.

Faults are rows that tests add (`fault(kind, count)`), taken one at a time by the next call.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import msgspec

from ampacity.providers.base import (
    Failure,
    Labels,
    Machine,
    MachineOrder,
    MachineRef,
    MachineState,
    Market,
    Offer,
    OfferQuery,
    Provider,
    ProviderError,
    Seat,
    Skip,
    StillThereError,
)

TABLES = """
create table if not exists machines (
  id text primary key, token text, state text, region text, labels text, user_data text, looks integer default 0);
create table if not exists faults (kind text, count integer);
create table if not exists calls (kind text, began real, ended real);
create table if not exists options (name text primary key, value real);
"""


class Cloud:
    """The toy cloud's own side: what tests look at and meddle with."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with closing(self._connect()) as database:
            database.executescript(TABLES)

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, timeout=30, isolation_level=None)
        database.execute("pragma journal_mode=wal")
        return database

    def run(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with closing(self._connect()) as database:
            return database.execute(query, values).fetchall()

    def fault(self, kind: str, count: int = 1) -> None:
        self.run("insert into faults values (?, ?)", kind, count)

    def option(self, name: str, value: float) -> None:
        self.run("insert or replace into options values (?, ?)", name, value)

    def number(self, name: str) -> float:
        rows = self.run("select value from options where name = ?", name)
        return float(str(rows[0][0])) if rows else 0.0

    def take(self, kind: str) -> bool:
        query = "update faults set count = count - 1 where rowid = (select rowid from faults where kind = ?"
        return bool(self.run(query + " and count > 0 limit 1) returning kind", kind))

    def living(self) -> dict[str, str]:
        """Token by id of every machine that is not gone."""
        return {str(row[0]): str(row[1]) for row in self.run("select id, token from machines where state != 'gone'")}

    def calls(self, kind: str) -> list[tuple[float, float]]:
        rows = self.run("select began, ended from calls where kind = ? order by began", kind)
        return [(float(str(began)), float(str(ended))) for began, ended in rows]

    def insert(self, order: MachineOrder) -> str:
        query = "insert into machines (id, token, state, region, labels, user_data) values (?, ?, ?, ?, ?, ?)"
        made = f"toy-{time.monotonic_ns():x}-{order.labels.token[:6]}"
        labels = msgspec.json.encode(order.labels).decode()
        state = "pending" if self.number("boot_looks") else "running"
        self.run(query, made, order.labels.token, state, order.offer.region, labels, order.user_data)
        return made


class Toy(Provider):
    name: ClassVar[str] = "toy"
    title: ClassVar[str] = "Toy cloud"

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def offers(self, query: OfferQuery) -> Iterator[Offer | Skip]:
        yield from ()

    def create(self, order: MachineOrder) -> Machine:
        began = time.monotonic()
        if self.cloud.take("throttle"):
            raise ProviderError(self.name, Failure.THROTTLED, "slow down")
        if self.cloud.take("refuse"):
            raise ProviderError(self.name, Failure.CAPACITY_REGION, "no capacity left")
        if 0 < self.cloud.number("nodes") <= len(self.cloud.living()):
            raise ProviderError(self.name, Failure.CAPACITY_REGION, "every node is taken")
        if self.cloud.take("lost-request"):
            raise ProviderError(self.name, Failure.UNKNOWN_OUTCOME, "connection lost")
        if self._spent(order):
            raise ProviderError(self.name, Failure.INVALID, "this token's machine was terminated")
        for twin in self._select("token = ? and state != 'gone'", order.labels.token):
            return twin
        time.sleep(self.cloud.number("create_seconds"))
        made = self.cloud.insert(order)
        time.sleep(self.cloud.number("answer_seconds"))
        self.cloud.run("insert into calls values ('create', ?, ?)", began, time.monotonic())
        if self.cloud.take("lost-answer"):
            raise ProviderError(self.name, Failure.UNKNOWN_OUTCOME, "connection lost")
        if self.cloud.take("crash"):
            raise RuntimeError(f"a bug that quotes {order.user_data}")
        machine = self.read(MachineRef(id=made, region=order.offer.region))
        assert machine is not None
        return machine

    def _spent(self, order: MachineOrder) -> bool:
        query = "select id from machines where token = ? and state = 'gone'"
        return bool(self.cloud.run(query, order.labels.token))

    def read(self, ref: MachineRef) -> Machine | None:
        if self.cloud.take("read-down"):
            raise ProviderError(self.name, Failure.NONSENSE, "not JSON")
        query = "update machines set looks = looks + 1 where id = ? returning looks, state"
        rows = self.cloud.run(query, ref.id)
        if not rows:
            return None
        if rows[0][1] == "pending" and float(str(rows[0][0])) > self.cloud.number("boot_looks"):
            self.cloud.run("update machines set state = 'running' where id = ?", ref.id)
        return next(self._select("id = ?", ref.id), None)

    def find(self, labels: Labels, offer: Offer) -> Machine | None:
        if self.cloud.take("find-blind"):
            return None
        if self.cloud.take("find-down"):
            raise ProviderError(self.name, Failure.NONSENSE, "not JSON")
        return next(self._select("token = ? and state != 'gone'", labels.token), None)

    def delete(self, ref: MachineRef) -> None:
        if self.cloud.take("unreachable"):
            raise ProviderError(self.name, Failure.UNREACHABLE, "connection refused")
        if self.cloud.take("still-there"):
            raise StillThereError(f"{ref.id} is stopping")
        self.cloud.run("update machines set state = 'gone' where id = ?", ref.id)

    def ours(self, regions: Sequence[str] = ()) -> Iterator[Machine]:
        if self.cloud.take("list-down"):
            raise ProviderError(self.name, Failure.NONSENSE, "not JSON")
        yield from self._select("state != 'gone'")

    def _select(self, where: str, *values: object) -> Iterator[Machine]:
        query = f"select id, state, region, labels from machines where {where}"
        for made, state, region, labels in self.cloud.run(query, *values):
            if state == "gone":
                continue
            yield Machine(
                provider=self.name,
                ref=MachineRef(id=str(made), region=str(region)),
                state=MachineState(str(state)),
                sku="toy-8",
                market=Market.ON_DEMAND,
                labels=msgspec.json.decode(str(labels), type=Labels),
                address="127.0.0.1" if state == "running" else None,
                ssh_user="toy",
            )


PROVIDER = Toy


def open_provider(seat: Seat) -> Toy:
    return Toy(Cloud(Path(seat.settings.options["file"])))
