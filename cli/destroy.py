"""`ampacity destroy`: end a deployment and all that it pays for."""

from typing import TYPE_CHECKING, Annotated

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, OptionalName, Output, Verbose, Yes, chosen
from .spoken import speak_of

if TYPE_CHECKING:
    from ..provisioning.control import Control
    from ..provisioning.reports import DeploymentStatus, DestroyReport

app = new_app()


@app.command(epilog="For cron: ampacity destroy --overdue --yes")
def destroy(
    name: OptionalName = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Every deployment that is past its end.")] = False,
    yes: Yes = False,
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Remove every machine of a deployment, then look again until none is left."""
    from ..core.contexts import choose_context
    from ..provisioning.control import Control
    from .confirm import confirm
    from .live import live_progress
    from .notices import ASKING, said_if_slow
    from .output import Result, emit, say

    named = choose_context(context, config_path=config)
    speak_of(state=named.state_folder)
    with said_if_slow(ASKING):
        targets = _targets(Control(named), name, overdue=overdue, yes=yes)
    if not targets:
        say("Nothing is overdue.")
    else:
        unnamed = None if name or overdue else targets[0].name
        confirm("\n".join(_question(target) for target in targets), yes=yes, unnamed=unnamed)
    with live_progress() as progress:
        control = Control(named, progress=progress)
        reports = [control.destroy(target.name) for target in targets]
    rows = [{"name": report.name, "removed": len(report.removed), "left": len(report.left)} for report in reports]
    result = Result(schema="ampacity.destroyed/1", data={"deployments": reports}, rows=rows)
    emit(result, chosen(output, as_json), lambda: _tell(reports))
    return _exit(reports)


def _targets(control: "Control", name: str | None, *, overdue: bool, yes: bool) -> "list[DeploymentStatus]":
    from ..core.errors import UsageError
    from .naming import chosen_name

    if not overdue:
        return [control.status(chosen_name(control, name, yes=yes))]
    if name is not None:
        raise UsageError("NAME and --overdue exclude each other", fix="leave one out", code="AMP-USAGE")
    return control.overdue()


def _question(target: "DeploymentStatus") -> str:
    from ..core.money import show_usd
    from ..core.words import count

    rate, so_far = show_usd(target.usd_per_hour), show_usd(target.usd_so_far)
    return f"{target.name}: remove {count(len(target.machines), 'machine')}, {rate} per hour, {so_far} so far"


def _tell(reports: "list[DestroyReport]") -> None:
    from .output import say, warn

    for report in reports:
        typer.echo(f"{report.name}: {_outcome(report)}; {_bill(report)}")
        for note in report.notes:
            say(f"note: {note}")
        for line in (*report.left, *report.problems):
            warn(f"{report.name}: {line}")
        if not report.complete:
            say(f"again:  ampacity destroy {report.name}")


def _bill(report: "DestroyReport") -> str:
    """What it cost and what came back, as the sellers say; `about` where they could not be asked in the end.

    Of what is left, or may be, the bill goes on.
    """
    from ..core.money import show_usd

    about = "about " if report.about and report.usd_so_far is not None else ""
    cost = "nothing" if report.usd_so_far == 0 else f"{about}{show_usd(report.usd_so_far)}"
    freed = f"{about}{show_usd(report.freed_usd)} that was paid ahead came back."
    so_far = "" if report.complete else " so far"
    return f"it cost {cost}{so_far}.{f' {freed[0].upper()}{freed[1:]}' if report.freed_usd else ''}"


def _outcome(report: "DestroyReport") -> str:
    from ..core.money import show_usd
    from ..core.words import count

    removed = f"{count(len(report.removed), 'machine')} removed"
    if not report.left:
        return removed
    return f"{removed}, {len(report.left)} STILL THERE at {show_usd(report.left_usd_per_hour)} per hour"


def _exit(reports: "list[DestroyReport]") -> int:
    from ..core.errors import Exit

    if any(report.cancelled for report in reports):
        return int(Exit.CANCELLED)
    return int(Exit.OK if all(report.complete for report in reports) else Exit.RESOURCE)
