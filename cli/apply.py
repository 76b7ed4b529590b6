"""`ampacity apply`: carry out a saved plan."""

from pathlib import Path
from typing import Annotated

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Verbose, Yes, chosen
from .spoken import speak_of

app = new_app()


@app.command(
    epilog="Exit: 0 done, 4 some machines are missing, 5 not approved or too dear, 7 stale or used, 8 cancelled."
)
def apply(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A saved plan.")],
    yes: Yes = False,
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Carry out PLAN: exactly what it says, once, at no more than its ceiling."""
    from ..core.contexts import choose_context
    from ..provisioning.control import Control
    from .apply_view import question, report_apply
    from .confirm import confirm
    from .gate import SiweGate
    from .live import live_progress
    from .live_prices import live_offers, live_usd_per_hour
    from .output import say
    from .planfiles import open_plan, read_definition, read_user_data
    from .terms import locked

    named = choose_context(context, config_path=config)
    speak_of(state=named.state_folder, plan=plan)
    saved = open_plan(plan)
    speak_of(name=saved.plan.name)
    gate = SiweGate(named.context, saved)
    user_data, definition = read_user_data(saved), read_definition(saved)
    live = live_offers(named, saved)
    doubts = Control(named).check(saved.plan, saved.digest, live, gate)
    approval = gate.check(saved.plan, saved.digest)
    for doubt in doubts:
        say(f"note: {doubt}")
    if yes:
        say(approval)
        for line in locked(saved.plan):
            say(f"locks {line}")
    else:
        price = live_usd_per_hour(saved.plan, live)
        confirm(question(saved.plan, approval=approval, live_usd_per_hour=price), yes=yes)
        # Prices may have moved while the person read.
        live = live_offers(named, saved)
    with live_progress() as progress:
        report = Control(named, progress=progress).apply(
            saved.plan,
            saved.digest,
            user_data=user_data,
            definition=definition,
            sites=saved.sites,
            live=live,
            gate=gate,
            folder=saved.path.parent,
        )
    return report_apply(report, chosen(output, as_json))
