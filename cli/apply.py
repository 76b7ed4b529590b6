"""`ampacity apply`: carry out a saved plan."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Verbose, Yes, chosen
from .spoken import speak_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..core.contexts import NamedContext
    from ..providers.base import Offer
    from .gate import SiweGate
    from .planfiles import SavedPlan

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
    from .apply_view import report_apply
    from .gate import SiweGate
    from .live import live_progress
    from .planfiles import open_plan, read_definition, read_user_data

    named = choose_context(context, config_path=config)
    speak_of(state=named.state_folder, plan=plan)
    saved = open_plan(plan)
    speak_of(name=saved.plan.name)
    gate = SiweGate(named.context, saved)
    user_data, definition = read_user_data(saved), read_definition(saved)
    live = _agreed(named, saved, gate, yes=yes)
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


def _agreed(named: "NamedContext", saved: "SavedPlan", gate: "SiweGate", *, yes: bool) -> "Mapping[str, Offer]":
    """Every refusal, then the question; the prices that were last seen before money is spent."""
    from ..provisioning.control import Control
    from .apply_view import question
    from .confirm import confirm
    from .live_prices import live_offers, live_usd_per_hour
    from .output import say, warn
    from .terms import locked

    live = live_offers(named, saved)
    checked = Control(named).check(saved.plan, saved.digest, live, gate, sites=saved.sites)
    for doubt in checked.doubts:
        say(f"note: {doubt}")
    for warning in checked.warnings:
        warn(warning)
    if yes:
        for line in (checked.approval, *(f"locks {each}" for each in locked(saved.plan))):
            say(line)
        return live
    price = live_usd_per_hour(saved.plan, live)
    confirm(question(saved.plan, approval=checked.approval, live_usd_per_hour=price), yes=yes)
    return live_offers(named, saved)  # prices may have moved while the person read
