"""`ampacity orphans`: machines that carry our labels and that no deployment accounts for."""

from typing import TYPE_CHECKING, Annotated

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Verbose, Yes, chosen

if TYPE_CHECKING:
    from ..provisioning.control import Control
    from ..provisioning.reports import EndReport, Orphan, OrphanReport

app = new_app()


@app.command(epilog="Exit: 0 none, 7 orphans, 4 a seller could not be asked.")
def orphans(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Machines to --end.")] = None,
    end: Annotated[bool, typer.Option("--end", help="End what is named and nothing here knows.")] = False,
    deployment: Annotated[str | None, typer.Option(metavar="NAME|ID", help="All of one to --end.")] = None,
    yes: Yes = False,
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
    from .doomed import doomed
    from .output import Result, emit, warn

    _refuse_unclear(ids, deployment, end=end)
    control = Control(choose_context(context, config_path=config))
    report = control.orphans()
    if end and (ids or deployment):
        named = doomed(report.orphans, ids or (), deployment)
        return _end(control, report, named, chosen(output, as_json), yes=yes)
    rows = [msgspec.to_builtins(orphan) for orphan in report.orphans]
    result = Result(schema="ampacity.orphans/1", data=report, rows=rows, fields=Orphan.__struct_fields__)
    emit(result, chosen(output, as_json), lambda: _table(report))
    for problem in report.problems:
        warn(problem)
    if report.orphans:
        return int(Exit.UNEXPECTED_CHANGE)
    return int(Exit.RESOURCE if report.problems else Exit.OK)


def _refuse_unclear(ids: list[str] | None, deployment: str | None, *, end: bool) -> None:
    from ..core.errors import UsageError

    if (ids or deployment) and not end:
        raise UsageError("What is named is only ended with --end", fix="add --end", code="AMP-USAGE")


def _end(control: "Control", report: "OrphanReport", named: "list[Orphan]", form: Format, *, yes: bool) -> int:
    """End what was named, once a person has seen it; then say what came of it."""
    from ..core.errors import Exit
    from .confirm import confirm
    from .output import Result, emit, warn

    confirm(_question(named), yes=yes)
    done = control.end_abandoned(named)
    result = Result(
        schema="ampacity.orphans-ended/1", data=done, rows=[{"id": each} for each in done.ended], fields=("id",)
    )
    emit(result, form, lambda: _tell(done))
    for problem in (*report.problems, *done.problems):
        warn(problem)
    return int(Exit.RESOURCE if report.problems or done.problems else Exit.OK)


def _tell(done: "EndReport") -> None:
    for each in done.ended:
        typer.echo(f"{each} ended")


def _question(named: "list[Orphan]") -> str:
    from ..core.money import show_usd

    lines = [
        f"  {each.id} at {each.provider} {each.region}: {each.deployment_name}/{each.machine}, "
        f"{show_usd(each.usd_per_hour)} per hour"
        for each in named
    ]
    head = "End for good what no deployment here knows (one with its state elsewhere may, and be at work):"
    return "\n".join([head, *lines])


def _nothing(report: "OrphanReport") -> str:
    """That there are none, or that this is not known: who was not asked may have some."""
    from ..core.words import count

    if not report.problems:
        return "No orphans."
    unread, unasked = len(report.unread), len(report.problems) - len(report.unread)
    states = f"{count(unread, 'state')} unread" if unread else ""
    sellers = f"{count(unasked, 'seller')} not asked" if unasked else ""
    return f"Orphans: not known, {' and '.join(gap for gap in (states, sellers) if gap)}."


def _table(report: "OrphanReport") -> None:
    from ..core.money import show_usd
    from .doomed import ways_to_end
    from .output import say
    from .tables import Column, draw

    asked = ", ".join(report.asked) or "nobody"
    if not report.orphans:
        typer.echo(f"{_nothing(report)} Asked: {asked}.")
        return
    columns = [
        Column("PROVIDER"),
        Column("REGION"),
        Column("ID", keep=True),
        Column("MACHINE"),
        Column("WHY"),
        Column("$/H", figures=True),
    ]
    rows = [
        [
            each.provider,
            each.region,
            each.id,
            _machine(each),
            each.why.partition(": ")[0],
            show_usd(each.usd_per_hour),
        ]
        for each in report.orphans
    ]
    ways = dict.fromkeys(each.why for each in report.orphans if not each.abandoned)
    draw(columns, rows, foot=f"Asked: {asked}.", notes=ways)
    if ends := list(ways_to_end(report.orphans)):
        say("next:  recover or destroy them where their state is: another folder, computer or person may have it")
        say("only where that is lost, name what is to end: a machine's ID with --end, or")
        for end in ends:
            say(f"  {end}")


def _machine(orphan: "Orphan") -> str:
    """Its name, and its deployment's where it does not begin with that."""
    name, deployment = orphan.machine, orphan.deployment_name
    return name if name.startswith(f"{deployment}-") else f"{deployment}/{name}"
