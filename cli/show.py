"""`ampacity show`: a saved plan, used or not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Verbose, chosen

if TYPE_CHECKING:
    from ..provisioning.records import UsedPlan
    from .planfiles import SavedPlan

app = new_app()


@app.command()
def show(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A saved plan.")],
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Show a saved plan. Works on used and expired plans too."""
    from ..core.clock import rfc3339, system_clock
    from .output import Result, emit, warn
    from .plan_view import plan_rows, show_plan
    from .planfiles import open_plan

    saved = open_plan(plan)
    if saved.plan.expires_at <= system_clock():
        warn("this plan has expired; it can be read but not applied")
    use = _use(saved, context, config)
    if use:
        warn(f"this plan was applied at {rfc3339(use.at)} ({use.approval}); it is good for one apply")
    data = {"digest": saved.digest, "path": str(plan), "plan": saved.plan, "used": use}
    result = Result(schema="ampacity.planned/1", data=data, rows=plan_rows(saved.plan))
    emit(result, chosen(output, as_json), lambda: show_plan(saved.plan, saved.digest))


def _use(saved: "SavedPlan", context: str | None, config: Path | None) -> "UsedPlan | None":
    """Its use, as far as the context knows; a plan can be shown where there is no context at all."""
    from ..core.contexts import choose_context
    from ..core.errors import MissingError
    from ..provisioning.control import Control

    try:
        named = choose_context(context, config_path=config)
    except MissingError:
        if context:
            raise
        return None
    return Control(named).used(saved.plan.name, saved.digest)
