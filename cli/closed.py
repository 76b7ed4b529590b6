"""`ampacity status` of deployments that were destroyed: what they cost in the end."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import typer

from ..core.clock import rfc3339
from ..core.errors import AmpacityError
from ..core.money import show_usd, total
from ..core.words import count
from ..provisioning.control import Control
from ..provisioning.reports import EndedDeployment, FormerMachine
from .options import Format
from .output import Result, emit, warn
from .spoken import typed
from .tables import Column, draw


def show_closed(found: Sequence[EndedDeployment], form: Format) -> None:
    """The last that ended of deployments of one name, with a line about those before it."""
    last, *before = found
    data = {**_data(last), "earlier": [_data(each) for each in before]}
    rows = [_row(machine) for machine in last.machines]
    emit(Result(schema="ampacity.closed/1", data=data, rows=rows), form, lambda: _table(last, before))


def closed_line(control: Control) -> str | None:
    """`3 ended deployments, $12.34: ampacity status NAME shows one`; nothing where none ended here."""
    try:
        found = control.ended()
    except AmpacityError as error:
        warn(f"deployments that ended cannot be listed: {error}")
        return None
    if not found:
        return None
    names = list(dict.fromkeys(each.name for each in found))
    told = f"{count(len(found), 'ended deployment')}, {_sum(found)} ({', '.join(names)})"
    return typed(f"{told}: ampacity status {names[0] if len(names) == 1 else 'NAME'} shows {_one(found)}")


def _one(found: Sequence[EndedDeployment]) -> str:
    return "it" if len(found) == 1 else "one"


def _data(found: EndedDeployment) -> dict[str, Any]:
    sums = {
        "usd": found.usd,
        "refunded_usd": found.refunded_usd,
        "estimated": found.estimated,
        "machines": [{**msgspec.to_builtins(machine), **_figures(machine)} for machine in found.machines],
    }
    return {**msgspec.to_builtins(found), **msgspec.to_builtins(sums)}


def _figures(machine: FormerMachine) -> dict[str, Any]:
    return {"hours": _hours(machine), "bill": _surely(machine)}


def _row(machine: FormerMachine) -> dict[str, Any]:
    return {
        "machine": machine.name,
        "provider": machine.provider,
        "id": machine.id,
        "since": machine.since,
        "until": machine.until,
        "hours": _hours(machine),
        "usd_per_hour": machine.usd_per_hour,
        "usd": machine.usd,
        "refunded_usd": machine.refunded_usd,
        "bill": _surely(machine),
    }


def _surely(machine: FormerMachine) -> str:
    """Whether its cost is its seller's last word, or its price by the time that it was there."""
    return "final" if machine.settled else "estimated"


def _hours(machine: FormerMachine) -> Decimal | None:
    """How long it was there, to hundredths."""
    if machine.since is None:
        return None
    seconds = max(0, int((machine.until - machine.since).total_seconds()))
    return (Decimal(seconds) / 3600).quantize(Decimal("0.01"))


def _table(found: EndedDeployment, before: Sequence[EndedDeployment]) -> None:
    columns = [
        Column("MACHINE", keep=True),
        Column("PROVIDER", keep=True),
        Column("ID"),
        Column("HOURS", figures=True),
        Column("$/H", figures=True),
        Column("COST", figures=True),
        Column("BILL", keep=True),
    ]
    draw(columns, [_cells(machine) for machine in found.machines])
    typer.echo(f"{found.name} is destroyed since {rfc3339(found.ended_at)}. {_cost(found)}")
    if before:
        earlier = count(len(before), "deployment")
        typer.echo(f"{earlier} of that name before it: {_sum(before)}; -o json has each.")


def _cells(machine: FormerMachine) -> list[str]:
    hours = _hours(machine)
    return [
        machine.name,
        machine.provider,
        machine.id,
        "?" if hours is None else str(hours),
        _usd(machine.usd_per_hour),
        _usd(machine.usd),
        _surely(machine),
    ]


def _usd(amount: Decimal | None) -> str:
    return "?" if amount is None else show_usd(amount)


def _cost(found: EndedDeployment) -> str:
    """What it cost in all, what came back, and how sure that is."""
    cost = f"{count(len(found.machines), 'machine')} cost {_sum([found])}{_surety(found)}"
    back = f"; {show_usd(found.refunded_usd)} that was paid ahead came back" if found.refunded_usd else ""
    return f"{cost}{back}."


def _surety(found: EndedDeployment) -> str:
    if not found.machines:
        return ""
    if not found.estimated:
        return ", as billed"
    which = "" if found.estimated == len(found.machines) else f" for {found.estimated} of them"
    return f", estimated{which} by price and time as their sellers gave no last word"


def _sum(found: Sequence[EndedDeployment]) -> str:
    parts = [machine.usd for each in found for machine in each.machines]
    known = show_usd(total(usd for usd in parts if usd is not None))
    return f"at least {known}" if None in parts else known
