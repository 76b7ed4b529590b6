"""What came of a change, machine by machine, from the state and the engine's own account. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from ..providers.base import MachineState, Market, Token
from .engine import EngineResult
from .journal import EntryState, JournalEntry, open_calls
from .machines import MachineInputs, MachineRecord, machine_end
from .observe import Sighting, subject_of
from .plugin.outputs import problems_of
from .reports import MachineOutcome, Outcome
from .status import remembered, ssh_line
from .wayon import in_one_line, parted

FORGOTTEN = "the work stopped before the answer came"


def outcomes(
    wanted: Iterable[MachineInputs],
    known: Iterable[MachineRecord],
    result: EngineResult | None,
    entries: Iterable[JournalEntry],
) -> tuple[MachineOutcome, ...]:
    """One line a wanted machine. `result` is `None` where the engine did not get to the end.

    `entries` are the journal's: it knows ids that the state does not, and calls that a killed engine forgot.
    """
    there = {record.inputs.name: record for record in known}
    calls = list(entries)
    forgotten = {call.name: call for call in open_calls(calls, {subject_of(row).token for row in there.values()})}
    made = {call.token: call.id for call in calls if call.state is EntryState.MADE}
    told = _reasons(result)

    def outcome(inputs: MachineInputs) -> MachineOutcome:
        reasons, record = told.get(inputs.name, ()), there.get(inputs.name)
        if record is not None:
            return _recorded(record, reasons, made)
        call = forgotten.get(inputs.name)
        if call is not None:
            return _line(call.inputs, Outcome.PENDING, reasons or (FORGOTTEN,), id=call.id)
        return _line(inputs, Outcome.FAILED if reasons else Outcome.ABSENT, reasons)

    return tuple(map(outcome, wanted))


def as_seen(machines: Iterable[MachineOutcome], sightings: Iterable[Sighting]) -> tuple[MachineOutcome, ...]:
    """The outcomes with what sellers said just before of machines that the engine left as they were."""
    seen: dict[tuple[str, str | None], Sighting] = {(row.record.inputs.name, row.record.id): row for row in sightings}
    return tuple(_seen(machine, seen.get((machine.name, machine.id))) for machine in machines)


def _seen(outcome: MachineOutcome, sighting: Sighting | None) -> MachineOutcome:
    if outcome.outcome is not Outcome.OK or sighting is None:
        return outcome
    if sighting.problem is not None:
        reasons, fix = parted([in_one_line(sighting.problem)])
        return msgspec.structs.replace(outcome, outcome=Outcome.UNKNOWN, exists=False, reasons=reasons, fix=fix)
    machine = sighting.machine
    if machine is not None and machine.paid_until is not None:  # a topup has moved what the state remembers
        outcome = msgspec.structs.replace(outcome, paid_until=machine.paid_until, limit_hours=machine.limit_hours)
    if machine is None or machine.state is not MachineState.FAILED:
        return outcome
    price = outcome.usd_per_hour if machine.usd_per_hour is None else machine.usd_per_hour
    reasons = tuple(problems_of(machine))
    return msgspec.structs.replace(outcome, outcome=Outcome.FAILED, reasons=reasons, usd_per_hour=price)


def as_ordered(machines: Iterable[MachineOutcome], entries: Iterable[JournalEntry]) -> tuple[MachineOutcome, ...]:
    """The outcomes with what is held for orders that nobody was taken for: these bill nothing yet.

    The journal has a price before a bid is taken.
    """
    held = {
        (entry.name, entry.id): entry.held_usd or Decimal(0)
        for entry in entries
        if entry.state is EntryState.MADE and entry.usd_per_hour is None and entry.inputs.offer.market is Market.AUCTION
    }
    return tuple(_ordered(machine, held.get((machine.name, machine.id))) for machine in machines)


def _ordered(machine: MachineOutcome, held_usd: Decimal | None) -> MachineOutcome:
    if machine.outcome is not Outcome.PENDING or held_usd is None:
        return machine
    return msgspec.structs.replace(machine, ordered_usd=held_usd, usd_per_hour=Decimal(0))


def standing(known: Iterable[MachineRecord]) -> tuple[MachineOutcome, ...]:
    """How machines of the state stand that nothing was asked of."""
    return tuple(_recorded(record, (), {}) for record in known)


def gone_from(before: Iterable[MachineRecord], after: Iterable[MachineRecord]) -> tuple[str, ...]:
    """Names that were in state and are no more."""
    return tuple(sorted({row.inputs.name for row in before} - {row.inputs.name for row in after}))


def _recorded(record: MachineRecord, told: Sequence[str], made: Mapping[Token, str | None]) -> MachineOutcome:
    inputs, reasons = record.inputs, (*record.problems, *told)
    if record.pending:
        return _line(inputs, Outcome.PENDING, reasons, id=made.get(subject_of(record).token))
    last = remembered(Sighting(record=record))
    return msgspec.structs.replace(
        _line(inputs, _judge(last.state, reasons), reasons, id=record.id),
        exists=last.state != MachineState.GONE,
        address=last.address,
        ssh=ssh_line(last.address, last.ssh_user, last.ssh_port),
        urls=last.urls,
        usd_per_hour=last.usd_per_hour if last.usd_per_hour is not None else inputs.offer.usd_per_hour,
        ends_at=machine_end(inputs, timer=last.ends_at, self_ending=last.self_ending),
        self_ending=last.self_ending,
        paid_until=last.paid_until,
        limit_hours=last.limit_hours,
    )


def _judge(state: str, reasons: Sequence[str]) -> Outcome:
    if state == MachineState.PENDING:
        return Outcome.PENDING
    return Outcome.FAILED if reasons or state != MachineState.RUNNING else Outcome.OK


def _line(
    inputs: MachineInputs,
    outcome: Outcome,
    told: Sequence[str],
    id: str | None = None,  # noqa: A002
) -> MachineOutcome:
    reasons, fix = parted(told)
    return MachineOutcome(
        name=inputs.name,
        provider=inputs.offer.provider,
        region=inputs.offer.region,
        sku=inputs.offer.sku,
        outcome=outcome,
        reasons=reasons,
        fix=fix,
        id=id,
        exists=id is not None,
        usd_per_hour=inputs.offer.usd_per_hour,
        ends_at=inputs.ends_at,
        self_ending=inputs.offer.self_ending,
    )


def _reasons(result: EngineResult | None) -> dict[str, tuple[str, ...]]:
    """Why machines failed in this run, by name."""
    if result is None:
        return {}
    return {change.machine: change.reasons or ("the engine gives no reason",) for change in result.failed}
