"""`ampacity topup`: pay ahead for machines that run on money paid ahead."""

from typing import TYPE_CHECKING, Annotated

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, OptionalName, Output, Verbose, Yes, chosen
from .spoken import speak_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from ..provisioning.reports import TopUp, TopUpQuote, TopUpReport

app = new_app()


@app.command(epilog="Exit: 0 paid, or nothing to pay; 4 not for every machine; 8 cancelled. For cron: NAME --yes")
def topup(
    name: OptionalName = None,
    hours: Annotated[
        float | None, typer.Option("--hours", min=0.01, help="How long from now it is to last; to its end if left out.")
    ] = None,
    yes: Yes = False,
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Pay ahead, so that prepaid machines do not run dry. Shows what it takes before it is spent.

    Never beyond a machine's end. What is not used comes back at destroy.
    """
    from ..core.contexts import choose_context
    from ..planning.spec import exact
    from ..provisioning.control import Control
    from ..provisioning.reports import TopUpReport
    from .confirm import confirm
    from .live import live_progress
    from .naming import chosen_name
    from .output import say

    named = choose_context(context, config_path=config)
    speak_of(state=named.state_folder)
    control = Control(named)
    quote = control.top_up_quote(chosen_name(control, name, yes=yes), None if hours is None else exact(hours))
    for line in _shortened(quote):
        say(line)
    if not quote.due:
        return _report(quote, TopUpReport(name=quote.name, paid=(), problems=quote.problems), chosen(output, as_json))
    confirm(_question(quote), yes=yes, unnamed=None if name else quote.name)
    with live_progress() as progress:
        report = Control(named, progress=progress).top_up(quote)
    return _report(quote, report, chosen(output, as_json))


def _shortened(quote: "TopUpQuote") -> "Iterator[str]":
    """Which machines end before the time that was asked for, and so are paid for until their end only."""
    for each in quote.top_ups:
        if each.asked_until is not None:
            asked, given = _hours(each.asked_until - quote.asked_at), _hours(each.until - quote.asked_at)
            yield f"{each.name}: {asked} h asked, {given} h given: a top-up never reaches beyond a machine's end"


def _hours(span: "timedelta") -> str:
    """Hours to two places; what is past is none."""
    return f"{max(0.0, round(span.total_seconds() / 3600, 2)):g}"


def _question(quote: "TopUpQuote") -> str:
    from ..core.clock import rfc3339
    from ..core.money import show_usd
    from ..core.words import count

    lines = [
        f"{quote.name}: pay {show_usd(quote.usd)} ahead for {count(len(quote.due), 'machine')}",
        *(
            f"  {each.name} ({each.provider}) {show_usd(each.usd)}: "
            f"paid until {rfc3339(each.paid_until)}, then until {rfc3339(each.until)}"
            for each in quote.due
        ),
        "  what is not used comes back at destroy",
    ]
    return "\n".join(lines)


def _report(quote: "TopUpQuote", report: "TopUpReport", form: Format) -> int:
    from ..core.errors import Exit
    from .output import Result, emit, warn

    rows = [_row(each) for each in report.paid]
    result = Result(schema="ampacity.toppedup/1", data={"quote": quote, "report": report}, rows=rows)
    emit(result, form, lambda: _tell(quote, report))
    for problem in report.problems:
        warn(problem)
    return int(Exit.RESOURCE if report.problems else Exit.OK)


def _row(each: "TopUp") -> dict[str, object]:
    return {
        "machine": each.name,
        "provider": each.provider,
        "id": each.id,
        "usd": each.usd,
        "paid_until": each.paid_until,
    }


def _tell(quote: "TopUpQuote", report: "TopUpReport") -> None:
    from ..core.clock import rfc3339
    from ..core.money import show_usd
    from ..core.words import count

    for each in report.paid:
        typer.echo(f"{each.name}: {show_usd(each.usd)} paid ahead, lasts until {rfc3339(each.paid_until)}.")
    if report.paid:
        typer.echo(f"{count(len(report.paid), 'machine')}, {show_usd(report.usd)} in all.")
    elif quote.top_ups and not quote.due:
        typer.echo(f"{quote.name}: all that is paid ahead lasts as long as it should.")
    elif not quote.top_ups and not quote.problems:
        typer.echo(f"{quote.name}: no machine runs on money paid ahead.")
