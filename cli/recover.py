"""`ampacity recover`: finish what an interrupted apply began."""

from typing import TYPE_CHECKING

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, OptionalName, Output, Verbose, Yes, chosen
from .spoken import speak_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..core.contexts import NamedContext
    from ..providers.base import Offer
    from ..provisioning.outlook import Outlook

app = new_app()


@app.command(epilog="Exit: 0 done, 4 some machines are missing, 5 too dear by now, 7 being destroyed, 8 cancelled.")
def recover(
    name: OptionalName = None,
    yes: Yes = False,
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Find every machine that an interrupted apply made, then finish its plan, at no more than its ceiling.

    Where that makes, replaces or removes machines it asks first; what it only takes in needs no word.
    """
    from ..core.contexts import choose_context
    from ..provisioning.control import Control
    from .apply_view import report_apply
    from .confirm import confirm
    from .gate import StandingGate
    from .live import live_progress
    from .naming import chosen_name
    from .output import say
    from .recover_view import question

    named = choose_context(context, config_path=config)
    speak_of(state=named.state_folder)
    target = chosen_name(Control(named), name, yes=yes)
    gate = StandingGate(named.context)
    with live_progress() as progress:
        ahead = Control(named, progress=progress).outlook(target, gate=gate)
    live = _live(named, ahead)
    if ahead.asks:
        told = question(ahead, live)
        for doubt in Control(named).recovery_funds(ahead):
            say(f"note: {doubt}")
        if yes:
            say(told)
        else:
            confirm(told, yes=yes, unnamed=None if name else target)
            # Prices may have moved while the person read.
            live = _live(named, ahead)
    with live_progress() as progress:
        report = Control(named, progress=progress).recover(target, live=live, gate=gate)
    return report_apply(report, chosen(output, as_json))


def _live(named: "NamedContext", ahead: "Outlook") -> "Mapping[str, Offer]":
    """What that costs now which is to be made. With disks of two sizes the larger is asked for: never too cheap."""
    from pathlib import Path

    from .live_prices import offers_now

    disk_gib = max((machine.disk_gib for machine in ahead.priced), default=0)
    sites = Path(ahead.sites) if ahead.sites else None
    return offers_now(named, [machine.offer for machine in ahead.priced], disk_gib=disk_gib, sites=sites)
