"""`ampacity status`: what runs, where, for how much, until when."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, OptionalName, Output, Verbose, chosen
from .spoken import speak_of, typed
from .status_foot import GONE, RUNNING, SAID, foot

if TYPE_CHECKING:
    from ..core.contexts import NamedContext
    from ..provisioning.reports import DeploymentStatus, MachineStatus

app = new_app()
NOTICE = "notice"
"""Shown for a machine that runs, and of which its seller has given notice."""
BILLS_ON = " +"
"""After the end of a machine that nothing ends then; the line about the end says it in full."""


@app.command(
    epilog="Exit: 0 all sellers answered, 4 one could not be asked, or something not be seen or read. "
    "JSON: data is one deployment; a list of them where several are shown; of one that was destroyed ampacity.closed/1."
)
def status(
    name: OptionalName = None,
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Show machines, addresses, what they cost so far, and when they end. Every seller is asked.

    Without NAME, and with several deployments: a line for each, and their sums.
    With that of one that was destroyed: what it cost in the end.

    So far is by the seller's own books where it keeps such, else the price by the time since it was made.
    """
    from ..core.contexts import choose_context
    from ..provisioning.control import Control
    from .closed import closed_line, show_closed
    from .naming import chosen_name
    from .notices import ASKING, said_if_slow
    from .output import Result, emit, say

    named = choose_context(context, config_path=config)
    speak_of(state=named.state_folder)
    control = Control(named)
    names = control.names()
    if name is not None and name not in names and (ended := control.ended(name)):
        show_closed(ended, chosen(output, as_json))
        return 0
    if name is None and (line := closed_line(control)):
        say(line)
    if name is None and len(names) > 1:
        return _all(named, names, chosen(output, as_json))
    with said_if_slow(ASKING):
        found = control.status(chosen_name(control, name))
    result = Result(schema="ampacity.status/1", data=status_data(found), rows=[_row(each) for each in found.machines])
    emit(result, chosen(output, as_json), lambda: _table(found))
    return _exit(found)


def _all(named: "NamedContext", names: list[str], form: Format) -> int:
    from .notices import ASKING, said_if_slow, warn_about
    from .output import Result, emit
    from .status_all import ask_all, row_of, show_all

    with said_if_slow(ASKING):
        every = ask_all(named, names)
    errors = tuple(every.errors.values())
    result = Result(
        schema="ampacity.statuses/1",
        data=[status_data(found) for found in every.found],
        rows=[row_of(found) for found in every.found],
        errors=errors,
    )
    emit(result, form, lambda: show_all(every))
    if form is not Format.JSON:
        warn_about(errors)
    return int(errors[0].exit) if errors else max(map(_exit, every.found))


def _exit(found: "DeploymentStatus") -> int:
    from ..core.errors import Exit

    unsure = found.problems or any(machine.state in SAID for machine in found.machines)
    return int(Exit.RESOURCE if unsure else Exit.OK)


def status_data(found: "DeploymentStatus") -> dict[str, Any]:
    """The status with its sums, which are derived and not fields."""
    import msgspec

    sums = {
        "usd_per_hour": found.usd_per_hour,
        "usd_so_far": found.usd_so_far,
        "usd_of_former": found.usd_of_former,
        "held_usd": found.held_usd,
        "runs_dry_at": found.runs_dry_at,
        "taken_back_at": found.taken_back_at,
        "overdue_since": found.overdue_since,
        "bills_until_destroy": found.bills_until_destroy,
    }
    return {**msgspec.to_builtins(found), **msgspec.to_builtins(sums)}


def _row(machine: "MachineStatus") -> dict[str, Any]:
    return {
        "machine": machine.name,
        "state": machine.state,
        "provider": machine.provider,
        "region": machine.region,
        "zone": machine.zone,
        "sku": machine.sku,
        "id": machine.id,
        "address": machine.address,
        "ssh": machine.ssh,
        "urls": " ".join(machine.urls),
        "usd_per_hour": machine.usd_per_hour,
        "usd_so_far": machine.usd_so_far,
        "ends_at": machine.ends_at,
        "overdue": machine.overdue,
        "paid_until": machine.paid_until,
        "limit_hours": machine.limit_hours,
        "held_usd": machine.held_usd,
        "taken_back_at": machine.taken_back_at,
    }


def _table(found: "DeploymentStatus") -> None:
    from .tables import Column, draw
    from .ways import listed, ways_in

    columns = [
        Column("MACHINE", keep=True),
        Column("STATE", keep=True),
        Column("PROVIDER", keep=True),
        Column("REGION"),
        Column("TYPE"),
        Column("$/H", figures=True),
        Column("SO FAR", figures=True),
        Column("ENDS", keep=True),
    ]
    rows = [
        [
            machine.name,
            _state(machine),
            machine.provider,
            machine.zone or machine.region,
            machine.sku,
            "-" if machine.state == GONE else _usd(machine.usd_per_hour),
            _usd(machine.usd_so_far),
            _ends(machine, found),
        ]
        for machine in found.machines
    ]
    there = [machine for machine in found.machines if machine.state != GONE]
    ways = [(machine.name, ways_in(machine.ssh, machine.urls, machine.state)) for machine in there]
    if rows:
        draw(columns, rows, notes=listed(ways))
    typer.echo(typed("\n".join(foot(found))))


def _usd(amount: Decimal | None) -> str:
    """An amount, or `?`: a longer word would take the other columns' room."""
    from ..core.money import show_usd

    return "?" if amount is None else show_usd(amount)


def _state(machine: "MachineStatus") -> str:
    """One that runs, and that its seller has said it takes back, is none that just runs."""
    return NOTICE if machine.taken_back_at is not None and machine.state == RUNNING else machine.state


def _ends(machine: "MachineStatus", found: "DeploymentStatus") -> str:
    """How long it still lasts, and what ends it then, or that nothing does; of one that is gone there is no end."""
    from ..core.clock import show_age

    if machine.state == GONE:
        return "-"
    first = min((at for at in (machine.runs_dry_at, machine.ends_at) if at is not None), default=None)
    if machine.taken_back_at is not None and (first is None or machine.taken_back_at < first):
        return f"{show_age(machine.taken_back_at - found.asked_at)}, taken"
    if machine.runs_dry_at is not None:
        return f"{show_age(machine.runs_dry_at - found.asked_at)}, dry"
    if machine.ends_at is None:
        return "never"
    left = machine.ends_at - found.asked_at
    if machine.overdue:
        return f"{show_age(-left)} ago!"
    return show_age(left) + (", itself" if machine.self_ending else BILLS_ON)
