"""Machines with our labels, at every seller and in every region, that no state here accounts for."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from ..core.errors import AmpacityError
from ..providers.base import Labels, Machine, Provisions, capability
from .asking import ask_all
from .desk import Desk, work_on
from .machines import MachineRecord, machine_end
from .observe import machine_records
from .reports import NO_DEPLOYMENT, Orphan, OrphanReport
from .strays import strays


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One seller's machines of ours. `problem` where it could not be asked, `None` machines where it makes none."""

    name: str
    machines: tuple[Machine, ...] | None = ()
    problem: str | None = None


class _Book(msgspec.Struct, frozen=True, kw_only=True):
    """What the states here account for, by deployment id."""

    known: dict[str, list[MachineRecord]]
    ends: dict[str, datetime | None]
    unread: tuple[str, ...] = ()


def find_orphans(desk: Desk) -> OrphanReport:
    """Sweep everything that the context can reach. Sellers that could not be asked are problems."""
    answers = _ask_all(desk)
    found = list({(m.provider, m.ref.id): m for a in answers for m in a.machines or ()}.values())
    book = _read_book(desk, {m.labels.deployment for m in found if m.labels})
    return OrphanReport(
        orphans=tuple(_orphans(found, book, desk.clock())),
        asked=tuple(sorted({a.name for a in answers if a.problem is None and a.machines is not None})),
        problems=(*(a.problem for a in answers if a.problem), *book.unread),
        unread=book.unread,
    )


def _ask_all(desk: Desk) -> list[_Answer]:
    """Every seller of the context; with each racks file that a deployment names, if any does."""
    sites = sorted({record.sites for record in map(desk.records.get, desk.records.names()) if record.sites})
    seats = [(name, site) for name in sorted(desk.context.context.providers) for site in (None, *sites)]
    named = dict(zip(seats, ask_all(lambda seat: _ask(desk, *seat), seats), strict=True))
    return [answer for seat, answer in named.items() if not _excused(seat, named)]


def _ask(desk: Desk, name: str, sites: str | None) -> _Answer:
    try:
        seller = capability(desk.open(name, sites), Provisions)
        machines = None if seller is None else tuple(seller.ours())
    except AmpacityError as error:
        return _Answer(name=name, problem=f"{name} could not be asked: {error}")
    return _Answer(name=name, machines=machines)


def _excused(seat: tuple[str, str | None], answers: dict[tuple[str, str | None], _Answer]) -> bool:
    """Whether a seller that fails without a racks file has answered with one: then it needed it."""
    name, sites = seat
    others = (answer for (other, _), answer in answers.items() if other == name)
    return sites is None and answers[seat].problem is not None and any(a.problem is None for a in others)


def _read_book(desk: Desk, uids: set[str]) -> _Book:
    book = _Book(known={}, ends={})
    unread: list[str] = []
    for record in map(desk.records.get, desk.records.names()):
        if record.uid in uids:
            book.ends[record.uid] = record.ends_at
            try:
                work = work_on(desk, record)
                book.known[record.uid] = machine_records(work)
            except AmpacityError as error:
                unread.append(f"the state of {record.name} could not be read: {error}")
    return msgspec.structs.replace(book, unread=tuple(unread))


def _orphans(found: Sequence[Machine], book: _Book, now: datetime) -> Iterator[Orphan]:
    for machine in found:
        labels = machine.labels
        why = _why(machine, labels, book, now) if labels else None
        if labels and why:
            yield _orphan(machine, labels, why)


def _why(machine: Machine, labels: Labels, book: _Book, now: datetime) -> str | None:
    """Why it is an orphan, `None` where it is none or where its state could not be read."""
    if labels.deployment not in book.ends:
        return NO_DEPLOYMENT
    known = book.known.get(labels.deployment)
    if known is not None and strays([machine], known):
        return f"in no state: ampacity recover {labels.deployment_name}"
    end = _end(machine, known) if known is not None else book.ends[labels.deployment]
    return f"past its end: ampacity destroy {labels.deployment_name}" if end and now >= end else None


def _end(machine: Machine, known: Sequence[MachineRecord]) -> datetime | None:
    """The end of a machine that one of `known` stands for."""
    record = next(row for row in known if not strays([machine], [row]))
    return machine_end(record.inputs, timer=machine.ends_at, self_ending=machine.self_ending)


def _orphan(machine: Machine, labels: Labels, why: str) -> Orphan:
    return Orphan(
        provider=machine.provider,
        region=machine.ref.region,
        id=machine.ref.id,
        deployment=labels.deployment,
        deployment_name=labels.deployment_name,
        machine=labels.machine,
        why=why,
        usd_per_hour=machine.usd_per_hour,
        created_at=machine.created_at,
        ends_at=machine.ends_at,
    )
