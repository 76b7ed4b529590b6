"""Destroy: everything in state, then everything that a sweep by label still finds, then the state itself."""

from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal

import msgspec

from ..core.errors import AuthError, ResourceError
from ..core.money import show_usd, total
from .desk import Desk, Work, work_on
from .engine import UNOPENED, Cancel, on_interrupt
from .finish import settle
from .former import former_machines
from .journal import EntryState
from .lock import WAIT_SECONDS
from .machines import MachineRecord
from .observe import Sighting, look, machine_records, subject_of
from .recover import open_cases
from .reports import DestroyReport, FormerMachine, MachineStatus, held, sum_known
from .status import UNKNOWN, deployment_status
from .strays import name_of, remove

ROUNDS = 3
"""How often a sweep is repeated until it finds nothing."""


class _Emptied(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine could not remove: why, by machine, and what went wrong beside that."""

    reasons: dict[str, str] = {}
    problems: tuple[str, ...] = ()


class _Swept(msgspec.Struct, frozen=True, kw_only=True):
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class _Rest(msgspec.Struct, frozen=True, kw_only=True):
    """All that the report is made of: how it was before, and what each step left."""

    seen: Sequence[Sighting]
    left: Sequence[MachineRecord]
    emptied: _Emptied
    swept: _Swept


def destroy(desk: Desk, name: str) -> DestroyReport:
    """End the deployment. Needs no plan. Raises `MissingError` for a name without a record."""
    desk.records.get(name)
    with desk.hold(name, f"destroy {name}", wait_seconds=WAIT_SECONDS) as lock:
        work = work_on(desk, desk.records.get(name), lock)
        work = msgspec.structs.replace(work, journal=work.journal.tolerant())
        settle(work)
        seen = look(work)
        with on_interrupt(Cancel()) as cancel, _meant(work) as work:
            _note(work, seen)
            emptied = _empty(work, cancel)
        left = machine_records(work)
        swept = _Swept() if cancel.requests else _sweep_up(work, left)
        report = _report(work, _Rest(seen=seen, left=left, emptied=emptied, swept=swept), cancelled=cancel.requests > 0)
        if report.complete and not report.cancelled:
            _forget(work)
        return report


@contextmanager
def _meant(work: Work) -> Iterator[Work]:
    """What is meant, durably on disk before anything ends: whatever is left of it is to be destroyed, not mended.

    An engine that cannot open the state has touched nothing: then it is as it was, and can be recovered.
    """
    if work.record.destroying_since is not None:
        yield work
        return
    record = msgspec.structs.replace(work.record, destroying_since=work.desk.clock())
    work.desk.records.save(record)
    try:
        yield msgspec.structs.replace(work, record=record)
    except AuthError as error:
        if error.code == UNOPENED:
            work.desk.records.save(work.record)
        raise


def _note(work: Work, seen: Sequence[Sighting]) -> None:
    """What the sellers' books say before anything ends: what came back is reckoned from it where they do not tell."""
    for sighting in seen:
        machine = sighting.machine
        if machine is None or machine.held_usd is None or not sighting.alive:
            continue
        token = machine.labels.token if machine.labels else subject_of(sighting.record).token
        with suppress(ResourceError):  # a full disk must not keep anything running
            work.journal.settle_machine(machine, token, EntryState.MADE)


def _empty(work: Work, cancel: Cancel) -> _Emptied:
    """Let the engine remove what is in state; why it could not."""
    if not work.stack.exists():
        return _Emptied()
    try:
        result = work.stack.destroy(work.desk.progress, cancel)
    except ResourceError as error:
        return _Emptied(problems=(str(error),))
    return _Emptied(reasons={change.machine: "; ".join(change.reasons) for change in result.failed})


def _sweep_up(work: Work, left: Sequence[MachineRecord]) -> _Swept:
    notes: list[str] = []
    for _ in range(ROUNDS):
        found = open_cases(work, left)
        if found.problems or not found.machines:
            return _Swept(notes=tuple(notes), problems=found.problems)
        ended = remove(work, found.machines)
        if ended.problems:
            return _Swept(notes=tuple(notes), problems=ended.problems)
        notes += [f"{name_of(m)} ({m.provider} {m.ref.id}) was in no state: ended" for m in found.machines]
    return _Swept(notes=tuple(notes), problems=("machines of this deployment keep appearing",))


def _report(work: Work, rest: _Rest, *, cancelled: bool) -> DestroyReport:
    former = former_machines(work.journal.entries())
    billed = [sighting for sighting in rest.seen if not _known_by_journal(work, sighting)]
    status = deployment_status(work.record, billed, work.desk.clock(), former)
    names = {record.inputs.name for record in rest.left}
    left = [machine for machine in status.machines if machine.name in names]
    since = work.record.destroying_since
    ended = [each for each in former if since is None or each.until >= since]
    unbooked = _unbooked([machine for machine in status.machines if machine.name not in names], former)
    torn = work.journal.torn()
    return DestroyReport(
        name=work.record.name,
        removed=_removed(rest.seen, ended, names),
        left=tuple(_line(machine, rest.emptied.reasons.get(machine.name, "")) for machine in left),
        left_usd_per_hour=sum_known([machine.usd_per_hour for machine in left]),
        notes=rest.swept.notes,
        problems=(*_elsewhere(rest.emptied, names), *rest.swept.problems, *torn),
        usd_so_far=status.usd_so_far,
        freed_usd=total([*(each.refunded_usd or Decimal(0) for each in ended), held(unbooked)]),
        about=bool(unbooked or torn) or any(each.about for each in former),
        cancelled=cancelled,
    )


def _removed(seen: Iterable[Sighting], ended: Iterable[FormerMachine], left: Container[str]) -> tuple[str, ...]:
    """What was in state, and by the journal what went since the destroy began, maybe by a killed one's engine."""
    names = [*(each.record.inputs.name for each in seen), *(each.name for each in ended)]
    return tuple(name for name in dict.fromkeys(names) if name not in left)


def _known_by_journal(work: Work, sighting: Sighting) -> bool:
    """Whether a create call of unknown outcome has become known: what it made is a former machine, if anything."""
    if not sighting.record.pending:
        return False
    entry = work.journal.entry(subject_of(sighting.record).token)
    return entry is not None and entry.state in {EntryState.GONE, EntryState.REFUSED}


def _unbooked(machines: Iterable[MachineStatus], former: Iterable[FormerMachine]) -> list[MachineStatus]:
    """Those that held money, and of which the journal never heard: it may have been lost."""
    booked = {(each.provider, each.id) for each in former}
    return [machine for machine in machines if machine.held_usd and (machine.provider, machine.id) not in booked]


def _line(machine: MachineStatus, reason: str) -> str:
    """Where it is and what it costs, and why it is not gone."""
    surely = "is" if machine.id and machine.state != UNKNOWN else "may be"
    price = "at an unknown price" if machine.usd_per_hour is None else f"{show_usd(machine.usd_per_hour)} per hour"
    told = f": {reason}" if reason else ""
    return f"{machine.name} {surely} still there ({machine.provider}, {price}){told}"


def _elsewhere(emptied: _Emptied, named: set[str]) -> tuple[str, ...]:
    """What went wrong, without the machines that are named as left."""
    others = sorted(emptied.reasons.keys() - named)
    return (*emptied.problems, *(f"{name}: {emptied.reasons[name]}" for name in others))


def _forget(work: Work) -> None:
    """Nothing is left: the stack goes, the record is put aside, the name is free."""
    if work.stack.exists():
        work.stack.remove()
    work.desk.records.archive(work.record)
