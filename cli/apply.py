"""`ampacity apply`: carry out a saved plan."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Verbose, Yes, chosen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..core.contexts import NamedContext
    from ..providers.base import Offer
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
    from .apply_view import question, report_apply
    from .confirm import confirm
    from .gate import SiweGate
    from .live import live_progress
    from .planfiles import open_plan, read_definition, read_user_data

    saved = open_plan(plan)
    named = choose_context(context, config_path=config)
    gate = SiweGate(named.context, saved)
    user_data, definition = read_user_data(saved), read_definition(saved)
    live = _live(named, saved)
    Control(named).check(saved.plan, saved.digest, live, gate)
    if not yes:
        confirm(question(saved.plan, Control(named).deposits(saved.plan, saved.sites)), yes=yes)
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


def _live(named: "NamedContext", saved: "SavedPlan") -> "Mapping[str, Offer]":
    """What the plan's offers cost now, by `Offer.key`; a seller that cannot be asked gives none."""
    from ..planning.plan import Action
    from ..providers.base import OfferQuery
    from .gather import gather
    from .notices import warn_about

    bought = [saved.plan.offer_of(each) for each in saved.plan.machines if each.action is not Action.KEEP]
    if not bought:
        return {}
    query = OfferQuery(
        gpu_models=tuple(sorted({offer.gpu.model for offer in bought})),
        markets=tuple(sorted({offer.market for offer in bought})),
        regions=tuple(sorted({offer.region for offer in bought})),
        disk_gib=saved.plan.disk_gib,
    )
    found = gather(named, query, only=tuple(sorted({offer.provider for offer in bought})), sites=saved.sites)
    warn_about(found.errors)
    return {offer.key: offer for offer in found.offers}
