"""Paying more ahead for machines that run on it, before they run dry.

A quote is made and shown before anything is paid. It reaches to a machine's end at most, so that a
top-up never takes more than was approved with the plan.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import msgspec

from ..core.clock import rfc3339
from ..core.errors import AmpacityError, MissingError, ResourceError, UsageError
from ..core.money import show_usd
from ..core.progress import Stage, Step
from ..providers.base import Machine, Prepays
from .anew import way_anew
from .desk import Desk, Work, work_on
from .former import former_machines
from .observe import Sighting, look, subject_of
from .reports import A_MOMENT, TopUp, TopUpQuote, TopUpReport
from .status import machine_status
from .wayon import in_one_line


def quote(desk: Desk, name: str, hours: Decimal | None) -> TopUpQuote:
    """What it takes to have each prepaid machine last `hours` from now, at most to its end; to its end without.

    Raises `UsageError` AMP-TOPUP-HOURS for machines without an end and no `hours`.
    """
    work = work_on(desk, desk.records.get(name))
    turn = _Turn(work=work, seen=look(work), now=desk.clock())
    wanted = None if hours is None else turn.now + timedelta(hours=float(hours))
    top_ups: list[TopUp] = []
    problems: list[str] = []
    for sighting in turn.seen:
        try:
            top_ups += _due(turn, sighting, wanted)
        except UsageError:
            raise  # the person's to mend, not one machine's trouble
        except AmpacityError as error:
            problems.append(f"{sighting.record.inputs.name}: {in_one_line(error)}")
    return TopUpQuote(name=name, asked_at=turn.now, top_ups=tuple(top_ups), problems=tuple(problems))


class _Turn(NamedTuple):
    """One look at all its machines."""

    work: Work
    seen: list[Sighting]
    now: datetime

    def closed(self, machine: Machine | None) -> MissingError:
        """One that is gone takes no money: what it held is spent, or came back."""
        return MissingError(
            "it is gone at its seller, so nothing is paid ahead for it",
            why=machine.note if machine is not None else "",
            fix=way_anew(self.work.record, self.seen, former_machines(self.work.journal.entries()), self.now),
            code="AMP-MACHINE-GONE",
        )


def _due(turn: _Turn, sighting: Sighting, wanted: datetime | None) -> Iterator[TopUp]:
    work = turn.work
    if sighting.problem is not None:
        raise sighting.problem
    seller, machine = work.sellers.get(sighting.record.inputs.offer.provider), sighting.machine
    if not isinstance(seller, Prepays) or (machine is None and sighting.record.pending):
        return
    if machine is None or not sighting.alive:
        raise turn.closed(machine)
    if machine.held_usd is None:
        seller.top_up_usd(machine.ref, turn.now)  # its own error is nearer to the cause, and knows the way on
        raise ResourceError(
            "what it holds is not known",
            why=machine.note,
            fix=f"ampacity status {work.record.name}",
            code="AMP-HELD-UNKNOWN",
        )
    if machine.paid_until is None:
        return
    until = _until(turn, sighting, wanted)
    yield TopUp(
        name=sighting.record.inputs.name,
        provider=machine.provider,
        id=machine.ref.id,
        paid_until=machine.paid_until,
        until=until,
        usd=seller.top_up_usd(machine.ref, until),
        asked_until=wanted if wanted is not None and wanted - until > A_MOMENT else None,
    )


def _until(turn: _Turn, sighting: Sighting, wanted: datetime | None) -> datetime:
    end = machine_status(sighting, turn.now).ends_at
    known = [moment for moment in (end, wanted) if moment is not None]
    if not known:
        raise UsageError(
            f"{sighting.record.inputs.name} has no end",
            why="so it is not known how far ahead it is to be paid",
            fix=f"ampacity topup {turn.work.record.name} --hours 24",
            code="AMP-TOPUP-HOURS",
        )
    return min(known)


def pay(desk: Desk, quoted: TopUpQuote) -> TopUpReport:
    """Pay what is due, one machine after the other, under the deployment's lock."""
    with desk.hold(quoted.name, f"topup {quoted.name}") as lock:
        work = work_on(desk, desk.records.get(quoted.name), lock)
        turn = _Turn(work=work, seen=look(work), now=desk.clock())
        there = {each.machine.ref.id: each for each in turn.seen if each.machine is not None and each.alive}
        paid: list[TopUp] = []
        problems = list(quoted.problems)
        for due in quoted.due:
            try:
                paid.append(_pay(turn, due, there.get(due.id)))
            except AmpacityError as error:
                problems.append(f"{due.name} is paid until {rfc3339(due.paid_until)} as before: {in_one_line(error)}")
    return TopUpReport(name=quoted.name, paid=tuple(paid), problems=tuple(problems))


def _pay(turn: _Turn, due: TopUp, sighting: Sighting | None) -> TopUp:
    work = turn.work
    seller = work.sellers.get(due.provider)
    if sighting is None or sighting.machine is None or not isinstance(seller, Prepays):
        raise turn.closed(None if sighting is None else sighting.machine)
    text = f"pays {show_usd(due.usd)} ahead, until {rfc3339(due.until)}"
    work.journal.step(subject_of(sighting.record).token, text)
    work.desk.progress(Step(item=due.name, stage=Stage.RUNNING, text=text))
    machine = seller.top_up(sighting.machine.ref, due.until)
    work.desk.progress(Step(item=due.name, stage=Stage.DONE, text=text))
    return msgspec.structs.replace(due, paid_until=machine.paid_until or due.until)
