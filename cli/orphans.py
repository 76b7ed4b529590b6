"""`ampacity orphans`: machines that carry our labels and that no deployment accounts for."""

from typing import TYPE_CHECKING

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Verbose, chosen

if TYPE_CHECKING:
    from ..provisioning.reports import OrphanReport

app = new_app()


@app.command(epilog="Exit: 0 none, 7 orphans, 4 a seller could not be asked.")
def orphans(
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Sweep every seller and region for machines of ours that nothing here knows, or that are overdue."""
    import msgspec

    from ..core.contexts import choose_context
    from ..core.errors import Exit
    from ..provisioning.control import Control
    from ..provisioning.reports import Orphan
    from .output import Result, emit, warn

    report = Control(choose_context(context, config_path=config)).orphans()
    rows = [msgspec.to_builtins(orphan) for orphan in report.orphans]
    result = Result(schema="ampacity.orphans/1", data=report, rows=rows, fields=Orphan.__struct_fields__)
    emit(result, chosen(output, as_json), lambda: _table(report))
    for problem in report.problems:
        warn(problem)
    if report.orphans:
        return int(Exit.UNEXPECTED_CHANGE)
    return int(Exit.RESOURCE if report.problems else Exit.OK)


def _table(report: "OrphanReport") -> None:
    from ..core.money import show_usd
    from .tables import Column, draw

    asked = ", ".join(report.asked) or "nobody"
    if not report.orphans:
        typer.echo(f"No orphans. Asked: {asked}.")
        return
    columns = [
        Column("PROVIDER"),
        Column("REGION"),
        Column("ID"),
        Column("DEPLOYMENT"),
        Column("WHY"),
        Column("$/H", figures=True),
    ]
    rows = [
        [
            each.provider,
            each.region,
            each.id,
            f"{each.deployment_name}/{each.machine}",
            each.why,
            show_usd(each.usd_per_hour),
        ]
        for each in report.orphans
    ]
    draw(columns, rows, foot=f"Asked: {asked}.")
