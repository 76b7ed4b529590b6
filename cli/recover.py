"""`ampacity recover`: finish what an interrupted apply began."""

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, OptionalName, Output, Verbose, chosen

app = new_app()


@app.command()
def recover(
    name: OptionalName = None,
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Find every machine that an interrupted apply made, then finish its plan.

    Nothing is asked: the plan was approved and confirmed when it was applied.
    """
    from ..core.contexts import choose_context
    from ..provisioning.control import Control
    from .apply_view import report_apply
    from .live import live_progress
    from .naming import chosen_name

    named = choose_context(context, config_path=config)
    with live_progress() as progress:
        control = Control(named, progress=progress)
        report = control.recover(chosen_name(control, name))
    return report_apply(report, chosen(output, as_json))
