"""`ampacity drift`: what changed behind the plan's back."""

from typing import TYPE_CHECKING

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, OptionalName, Output, Verbose, chosen
from .spoken import speak_of, typed

if TYPE_CHECKING:
    from ..provisioning.reports import DriftReport

app = new_app()


@app.command(epilog="Exit: 0 none, 7 drift, 4 a seller could not be asked.")
def drift(
    name: OptionalName = None,
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Compare the state with what the sellers say. Nothing is changed."""
    import msgspec

    from ..core.contexts import choose_context
    from ..core.errors import Exit
    from ..provisioning.control import Control
    from ..provisioning.reports import Drift
    from .naming import chosen_name
    from .notices import ASKING, said_if_slow
    from .output import Result, emit, warn

    named = choose_context(context, config_path=config)
    speak_of(state=named.state_folder)
    control = Control(named)
    with said_if_slow(ASKING):
        report = control.drift(chosen_name(control, name))
    rows = [msgspec.to_builtins(each) for each in report.differences]
    result = Result(schema="ampacity.drift/1", data=report, rows=rows, fields=Drift.__struct_fields__)
    emit(result, chosen(output, as_json), lambda: _table(report))
    for line in (*report.notices, *report.problems):
        warn(line)
    if report.found:
        return int(Exit.UNEXPECTED_CHANGE)
    return int(Exit.RESOURCE if report.problems else Exit.OK)


def _table(report: "DriftReport") -> None:
    if report.changing is not None:
        typer.echo(f"UNDER WAY: {report.changing}{'; what differs may be its work' if report.differences else ''}.")
    elif report.interrupted:
        typer.echo(f"A destroy of {report.name} was interrupted: {typed(report.fix)}.")
    elif not report.found:
        unsure = " as far as could be asked" if report.problems else ""
        typer.echo(f"{report.name} is as its state says{unsure}.")
    if report.differences:
        _differences(report)


def _differences(report: "DriftReport") -> None:
    from .tables import Column, draw

    columns = [
        Column("MACHINE"),
        Column("DRIFT", keep=True),
        Column("PROVIDER"),
        Column("WHAT"),
        Column("WAS"),
        Column("IS"),
    ]
    rows = [
        [each.machine, each.kind.value, each.provider, each.what, each.before or "-", each.after or "-"]
        for each in report.differences
    ]
    draw(columns, rows, foot=f"{'Mend it' if report.changing is None else 'Once it has ended'}: {typed(report.fix)}.")
