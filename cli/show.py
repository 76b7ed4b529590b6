"""`ampacity show`: a saved plan, used or not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Verbose, chosen
from .spoken import speak_of

if TYPE_CHECKING:
    from ..core.contexts import NamedContext

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
    from ..provisioning.control import Control
    from .output import Result, emit, warn
    from .plan_view import plan_rows, show_plan
    from .planfiles import open_plan

    named = _known(context, config)
    speak_of(plan=plan, state=named.state_folder if named else None)
    saved = open_plan(plan)
    if saved.plan.expires_at <= system_clock():
        warn("this plan has expired; it can be read but not applied")
    use = Control(named).used(saved.plan.name, saved.digest) if named else None
    if use:
        warn(f"this plan was applied at {rfc3339(use.at)} ({use.approval}); it is good for one apply")
    data = {"digest": saved.digest, "path": str(plan), "plan": saved.plan, "used": use}
    result = Result(schema="ampacity.planned/1", data=data, rows=plan_rows(saved.plan))
    emit(result, chosen(output, as_json), lambda: show_plan(saved.plan, saved.digest))


def _known(context: str | None, config: Path | None) -> "NamedContext | None":
    """The context, which knows of a plan's use; a plan can be shown where there is none at all."""
    from ..core.contexts import choose_context
    from ..core.errors import MissingError

    try:
        return choose_context(context, config_path=config)
    except MissingError:
        if context or config:
            raise
        return None
