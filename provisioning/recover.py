"""Recover: what a crash left half-made is found and settled, then the last applied plan is finished.

Afterwards no machine of the deployment is outside the state, and none is there twice.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ..core.errors import PolicyError, UnexpectedChangeError
from ..providers.base import Machine, MachineRef, Offer, Token
from .books import close_books
from .desk import SETTLE_SECONDS, Desk, Work, work_on
from .failing import has_failed, looked_at_again
from .finish import finish, settle
from .funds import Due, refuse_unpaid
from .gate import RecoveryGate
from .journal import EntryState, JournalEntry
from .leftovers import clean, fates
from .lock import WAIT_SECONDS
from .machines import MachineInputs, MachineRecord
from .observe import Sighting, look
from .outlook import Adopts, Outlook, outlook_of, refuse_dear
from .payload import read_again
from .refusals import refuse_recovery
from .reports import ApplyReport
from .strays import call_of, strays, sweep, token, unaccounted
from .sweeping import Sweep
from .worst import refuse_beyond, with_stakes

NOT_FOUND = "looked for and not found"


def outlook(desk: Desk, name: str, gate: RecoveryGate | None) -> Outlook:
    """What `recover` would do now, once whatever still works on the deployment is done. Changes nothing.

    Raises as `recover` does, but for prices.
    """
    with _hold(desk, name) as work:
        seen = look(work)
        known = [sighting.record for sighting in seen]
        _await_late(work, known)
        outside = strays(sweep(work, known).machines, known)
        ahead = outlook_of(work.record, seen, outside, _adopts(work))
        ahead = ahead.nothing_bought if _wanted(work, ahead, seen, gate)[1] else ahead
        return with_stakes(work, ahead, seen, outside)


def recover(desk: Desk, name: str, live: Mapping[str, Offer], gate: RecoveryGate | None) -> ApplyReport:
    """Settle what is open and finish the last plan. `live` has the offers of now, by `Offer.key`.

    Raises `MissingError` for a name without a record, `UnexpectedChangeError` where it is being
    destroyed, and `PolicyError` where what is to be bought has no live price or, beside what stays,
    costs more than was approved, or locks more than an account has: then nothing was made or ended.
    Where who approved may not any more, nothing is bought and all else is done; raises `PolicyError`
    where there is nothing else.
    """
    with _hold(desk, name) as work:
        seen = look(work)
        found = open_cases(work, [sighting.record for sighting in seen])
        ahead = outlook_of(work.record, seen, found.machines, _adopts(work))
        wanted, held_back = _wanted(work, ahead, seen, gate)
        buys = ahead.nothing_bought if held_back else ahead
        refuse_dear(buys, live)
        staked = with_stakes(work, buys, seen, found.machines)
        refuse_beyond(staked, live)
        funds(desk, staked)
        interrupted = settle(work)
        finished = finish(work, wanted, seen if held_back else [looked_at_again(each) for each in seen])
        cleaned = clean(work, found, finished.known)
        notes = (*_settled(interrupted), *fates(work, found, cleaned, finished.known))
        return _with_notes(finished.report, notes, (*held_back, *found.problems, *cleaned.problems))


def funds(desk: Desk, ahead: Outlook) -> tuple[str, ...]:
    """Raises `PolicyError` AMP-FUNDS where an account lacks what would be locked; see `refuse_unpaid`."""
    if ahead.stakes is None:
        return ()
    due = Due(
        quotes=ahead.stakes.quotes,
        sites=Path(ahead.sites) if ahead.sites else None,
        freed_usd=ahead.stakes.freed_usd,
        less="",
        again=f"ampacity recover {ahead.name}",
        give_up=f"ampacity destroy {ahead.name}",
    )
    return refuse_unpaid(desk, due)


@contextmanager
def _hold(desk: Desk, name: str) -> Iterator[Work]:
    """The deployment under its lock. Raises for one that is not there, or that is being destroyed."""
    desk.records.get(name)
    with desk.hold(name, f"recover {name}", wait_seconds=WAIT_SECONDS) as lock:
        record = desk.records.get(name)
        refuse_recovery(name, record.destroying_since)
        yield work_on(desk, record, lock)


def _adopts(work: Work) -> Adopts:
    """Whether the token that a machine's create call will use is the one that made a stray."""

    def adopts(wanted: MachineInputs, found: Machine) -> bool:
        entry = call_of(work, found)
        if entry is None or entry.name != wanted.name:  # alike machines differ by their names alone
            return False
        return work.journal.token_for(entry.urn, wanted) == entry.token

    return adopts


def open_cases(work: Work, known: Sequence[MachineRecord]) -> Sweep:
    """The machines that no record accounts for, once every late one had the time to show itself."""
    waited = _await_late(work, known)
    swept = sweep(work, known)
    outside = tuple(strays(swept.machines, known))
    if not swept.problems:
        _close(work, waited, {token(machine) for machine in outside})
    return msgspec.structs.replace(swept, machines=outside)


def _await_late(work: Work, known: Sequence[MachineRecord]) -> list[JournalEntry]:
    """The create calls that the state does not know, after each had time to become visible."""
    late = unaccounted(work, known)
    now = work.desk.clock()
    rest = max((SETTLE_SECONDS - (now - entry.at).total_seconds() for entry in late), default=0.0)
    time.sleep(min(SETTLE_SECONDS, max(0.0, rest)))
    return late


def _close(work: Work, late: Sequence[JournalEntry], made: set[Token | None]) -> None:
    """Settle the calls of which every seller says that they made nothing, or nothing that still lives."""
    for entry in late:
        if entry.token in made:
            continue
        if entry.id is None:
            work.journal.settle(entry.token, EntryState.REFUSED, note=NOT_FOUND)
        else:
            gone = MachineRef(id=entry.id, region=entry.region)
            close_books(work.journal, work.sellers.get(entry.provider), entry.token, gone, note=NOT_FOUND)


def _wanted(
    work: Work, ahead: Outlook, seen: Sequence[Sighting], gate: RecoveryGate | None
) -> tuple[tuple[MachineInputs, ...], tuple[str, ...]]:
    """The last plan's machines. Where they may not be bought only what exists already is kept or taken in, and why."""
    try:
        payload = read_again(work.record)
    except UnexpectedChangeError as error:
        why = f"{error.why}; {error.fix}"
        return _kept(work, ahead, seen), tuple(f"{machine.name} is not made: {why}" for machine in ahead.bought)
    try:
        if gate is not None and ahead.buys:
            gate.check(work.record.plans[-1].approvers if work.record.plans else None)
    except PolicyError as error:
        rest = ahead.adopted or ahead.removed or any(sighting.record.pending for sighting in seen)
        if ahead.ordered or not rest:  # an order that is kept would be bought
            raise
        why = f"{error} [{error.code}]; {error.fix}"
        return _kept(work, ahead, seen), tuple(f"{machine.name} is not made: {why}" for machine in ahead.bought)
    return tuple(payload.on(machine) for machine in work.record.wanted), ()


def _kept(work: Work, ahead: Outlook, seen: Sequence[Sighting]) -> tuple[MachineInputs, ...]:
    """What is wanted and exists, as it stands where it was to be replaced."""
    there = {*ahead.stays, *ahead.adopted}
    old = {s.record.inputs.name: s.record.inputs for s in seen if not has_failed(s)}
    held = {machine.name: old[machine.name] for machine in ahead.replaced if machine.name in old}
    wanted = work.record.wanted
    return tuple(held.get(machine.name, machine) for machine in wanted if machine.name in there | held.keys())


def _settled(interrupted: int) -> tuple[str, ...]:
    return (f"{interrupted} interrupted creates were settled",) if interrupted else ()


def _with_notes(report: ApplyReport, notes: Sequence[str], problems: Sequence[str]) -> ApplyReport:
    return msgspec.structs.replace(report, notes=(*report.notes, *notes), problems=(*report.problems, *problems))
