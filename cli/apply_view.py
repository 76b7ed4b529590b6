"""The question before money is spent, and the report after."""

from collections.abc import Iterator
from decimal import Decimal

import msgspec
import typer

from ..access.statement import RECOVERY
from ..core.errors import Exit
from ..core.money import show_most_usd, show_usd, total
from ..core.words import count
from ..planning.plan import Plan
from ..provisioning.reports import ApplyReport, MachineOutcome, Outcome
from ..provisioning.wayon import in_lines
from .apply_ends import standing_ends
from .bill import bill
from .ends import ends
from .facts import plan_facts
from .naming import span
from .options import Format
from .output import Result, emit, say, warn
from .plan_view import summary
from .spoken import typed
from .tables import Column, draw
from .terms import choice, locked, worst_case
from .ways import listed, ways_in

RUNNING = "running"


def question(plan: Plan, *, approval: str, live_usd_per_hour: Decimal) -> str:
    """How many, where, USD per hour now, the ceiling, the worst case, what is locked at first, the end, by whose word.

    `approval` is the gate's sentence; `live_usd_per_hour` what the plan costs at the prices of this moment.
    """
    money = plan.totals
    what = plan_facts(plan, plan.base.digest).what
    most = show_most_usd(money.ceiling_usd_per_hour)
    lines = [
        f"{plan.name}: {summary(plan)}",
        *(f"  {line}" for line in what),
        f"  costs {_now(money.usd_per_hour_after, live_usd_per_hour)}, at most {most}",
        f"  worst case {worst_case(plan) or 'without bound: it has no end'}",
        *(f"  locks {line}" for line in locked(plan)),
        *(f"  takes the {line}" for line in choice(plan)),
        f"  ends {ends(plan, after='h from now', never='never, until `ampacity destroy`')}",
        f"  {RECOVERY}",
        f"  {approval}",
        *(f"  warning: {warning}" for warning in plan.warnings),
    ]
    return "\n".join(lines)


def _now(planned: Decimal, live: Decimal) -> str:
    moved = "" if live == planned else f" (planned: {show_usd(planned)})"
    return f"{show_usd(live)} per hour now{moved}"


def report_apply(report: ApplyReport, form: Format) -> int:
    """Show what stands; the exit status says whether that is all that was wanted."""
    report = _typed(report)
    rows = [_row(machine) for machine in (*report.machines, *report.kept)]
    sums = {
        "existing": report.existing,
        "billing_usd_per_hour": report.billing_usd_per_hour,
        "doubtful": report.doubtful,
    }
    result = Result(schema="ampacity.applied/1", data={**msgspec.to_builtins(report), **sums}, rows=rows)
    emit(result, form, lambda: _table(report))
    for note in report.notes:
        say(f"note: {note}")
    for problem in report.problems:
        warn(problem)
    for line in _fixes(report):
        say(f"fix:     {line}")
    if report.cancelled or report.partial:
        say(f"finish:  {report.finish}")
        if report.retry:
            say(f"again:   {report.retry}, should there be room or the old price again")
        say(f"give up: {report.give_up}")
    elif report.machines:
        say(f"next:  {report.give_up if report.overdue_since else f'ampacity status {report.name}'}")
    if report.cancelled:
        return int(Exit.CANCELLED)
    if report.wrong:
        return int(Exit.USAGE)
    return int(Exit.RESOURCE if report.partial else Exit.OK)


def _fixes(report: ApplyReport) -> Iterator[str]:
    """The way on of each machine that failed, once for all that have the same."""
    told = [machine for machine in (*report.machines, *report.kept) if machine.fix and machine.fix != report.finish]
    for fix in dict.fromkeys(machine.fix for machine in told):
        yield f"{span([machine.name for machine in told if machine.fix == fix])}: {fix}"


def _typed(report: ApplyReport) -> ApplyReport:
    """With what the sellers advise as it can be typed here."""

    def readable(machine: MachineOutcome) -> MachineOutcome:
        reasons = tuple(map(typed, machine.reasons))
        return msgspec.structs.replace(machine, reasons=reasons, fix=typed(machine.fix))

    machines, kept = tuple(map(readable, report.machines)), tuple(map(readable, report.kept))
    return msgspec.structs.replace(report, machines=machines, kept=kept)


def _row(machine: MachineOutcome) -> dict[str, object]:
    return {
        "machine": machine.name,
        "outcome": machine.outcome,
        "provider": machine.provider,
        "region": machine.region,
        "sku": machine.sku,
        "id": machine.id,
        "address": machine.address,
        "urls": " ".join(machine.urls),
        "exists": machine.exists,
        "usd_per_hour": machine.usd_per_hour,
        "ends_at": machine.ends_at,
        "self_ending": machine.self_ending,
        "reasons": "; ".join(machine.reasons),
        "fix": machine.fix,
    }


def _table(report: ApplyReport) -> None:
    columns = [
        Column("MACHINE"),
        Column("OUTCOME", keep=True),
        Column("PROVIDER"),
        Column("REGION"),
        Column("$/H", figures=True),
    ]
    rows = [
        [
            machine.name,
            machine.outcome.value,
            machine.provider,
            machine.region,
            show_usd(machine.usd_per_hour) if machine.exists or machine.doubtful else "-",
        ]
        for machine in (*report.machines, *report.kept)
    ]
    draw(columns, rows, notes=listed([(each.name, _where(each)) for each in (*report.machines, *report.kept)]))
    typer.echo(_foot(report))


def _foot(report: ApplyReport) -> str:
    up = sum(machine.outcome is Outcome.OK for machine in report.machines)
    head = f"{up} of {count(len(report.machines), 'machine')} {'is' if len(report.machines) == 1 else 'are'} up"
    if report.existing != up:
        head += _existing(report)
    ends = standing_ends(report)
    word = "" if report.overdue_since else "Ends: "
    return f"{head}, {bill(report)}." + (f" {word}{ends}." if ends else "")


def _existing(report: ApplyReport) -> str:
    """What sellers have, ready or not; what was only ordered bills nothing yet."""
    ordered, billing = report.ordered, report.existing - len(report.ordered)
    told = f"; {billing} exist at their sellers and bill" if billing else ""
    if ordered:
        held = show_usd(total(machine.ordered_usd or Decimal(0) for machine in ordered))
        told += f"; {count(len(ordered), 'order')} out, for which {held} is held and that bills nothing yet"
    return told


def _where(machine: MachineOutcome) -> str:
    if machine.outcome is Outcome.OK:
        return ways_in(machine.address, machine.urls, RUNNING)
    return "\n".join(line for reason in machine.reasons for line in in_lines(reason)) or "-"
