"""`ampacity show`: a saved plan, used or not."""

from pathlib import Path
from typing import Annotated

import typer

from .lazy import new_app
from .options import AsJson, Format, Output, Verbose, chosen

app = new_app()


@app.command()
def show(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A saved plan.")],
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Show a saved plan. Works on used and expired plans too."""
    from ..core.clock import system_clock
    from .output import Result, emit, warn
    from .plan_view import plan_rows, show_plan
    from .planfiles import open_plan

    saved = open_plan(plan)
    if saved.plan.expires_at <= system_clock():
        warn("this plan has expired; it can be read but not applied")
    data = {"digest": saved.digest, "path": str(plan), "plan": saved.plan}
    result = Result(schema="ampacity.planned/1", data=data, rows=plan_rows(saved.plan))
    emit(result, chosen(output, as_json), lambda: show_plan(saved.plan, saved.digest))
