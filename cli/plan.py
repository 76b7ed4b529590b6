"""`ampacity plan`: from a spec to a saved plan."""

from datetime import timedelta
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Strict, Verbose, chosen
from .spoken import speak_of

if TYPE_CHECKING:
    from ..core.contexts import NamedContext
    from ..core.errors import AmpacityError
    from ..planning.plan import Plan
    from ..planning.spec import Spec

app = new_app()
CHANGES = 2
"""Exit status of `--detailed-exitcode` when there is something to apply."""


@app.command(epilog="JSON: data.plan (the whole plan), data.digest, data.path.")
def plan(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="The spec, a YAML file.")],
    out: Annotated[Path | None, typer.Option("--out", help="Where to save it; NAME.plan.json if left out.")] = None,
    valid_minutes: Annotated[int, typer.Option("--valid-minutes", min=5, help="How long it may be applied.")] = 60,
    rebalance: Annotated[bool, typer.Option("--rebalance", help="Move running machines if that is cheaper.")] = False,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="0 nothing to do, 2 changes, 1 any failure.")
    ] = False,
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    strict: Strict = False,
    verbose: Verbose = False,
) -> int:
    """Make a plan from SPEC: what to buy, where, for how much. Nothing is bought."""
    from ..core.contexts import choose_context
    from ..planning.load import load_spec
    from ..providers.table import known
    from ..provisioning.control import Control
    from .interrupted import with_destroy, with_interrupted
    from .notices import warn_about
    from .planfiles import unusable_file
    from .saving import check_place

    speak_of(spec=spec, plan=out)
    wanted = load_spec(spec, sellers=known(), unusable=unusable_file(spec))
    named = choose_context(context, config_path=config)
    path = out or Path(f"{wanted.name}.plan.json")
    check_place(path)
    made, errors = _make(wanted, spec, path, named, timedelta(minutes=valid_minutes), rebalance=rebalance)
    if errors and strict:
        raise errors[0]
    control = Control(named)
    cut = control.interrupted(made.name)
    made = with_destroy(with_interrupted(made, cut), control.destroying_since(made.name))
    form = chosen(output, as_json)
    if form is not Format.JSON:
        warn_about(errors)
    _save_and_show(made, path, form, errors, needs_approval=named.context.approval is not None, interrupted=bool(cut))
    _remember(named, made, path, spec)
    return CHANGES if detailed_exitcode and made.spends else 0


def _make(
    wanted: "Spec", spec: Path, path: Path, named: "NamedContext", valid_for: timedelta, *, rebalance: bool
) -> "tuple[Plan, tuple[AmpacityError, ...]]":
    import msgspec

    from .. import __version__
    from ..core.clock import system_clock
    from ..planning.build import PlanRequest, build_plan
    from ..planning.highs import Highs
    from ..planning.load import spec_digest
    from ..planning.prepaid import with_prepaid
    from ..providers.base import OfferQuery
    from ..provisioning.control import Control
    from .definitions import advice, check_definition, check_key, check_order, check_sites
    from .gather import gather
    from .narrowing import narrow, own_prices, prices
    from .planfiles import read_spec_files
    from .unasked import refuse_silence, told_without

    files = read_spec_files(wanted, spec, path)
    definition = check_definition(named, wanted.placement.providers, files)
    check_sites(named, wanted.placement.providers, files.sites)
    found = gather(named, OfferQuery(disk_gib=wanted.node.disk_gib), only=wanted.placement.providers, sites=files.sites)
    refuse_silence(found)
    control = Control(named)
    own = own_prices(named, found.offers, definition, files)
    request = PlanRequest(
        spec=wanted,
        spec_digest=spec_digest(wanted),
        offers=narrow(named, found.offers, definition, files),
        limits=found.limits,
        base=control.base_state(wanted.name),
        context=named.name,
        tool=f"ampacity {__version__}",
        now=system_clock(),
        valid_for=valid_for,
        ssh_public_key=files.ssh_public_key,
        user_data=files.user_data,
        sites=files.sites_beside_plan,
        definition=definition,
        own_usd_per_hour=own,
        rebalance=rebalance,
    )
    with told_without(found):
        made = build_plan(request, Highs())
    check_order(named, made, files)
    check_key(named, made, spec)
    made = with_prepaid(made, control.deposits(made, files.sites), budget_usd=wanted.budget.usd_total)
    warnings = (*made.warnings, *prices(made, own, found.offers), *advice(named, made, files))
    return msgspec.structs.replace(made, warnings=warnings), found.errors


def _remember(named: "NamedContext", made: "Plan", path: Path, spec: Path) -> None:
    """That it was made here, and from which spec; a state that cannot be written refuses later, itself."""
    from contextlib import suppress

    from ..planning.planfile import plan_digest
    from ..provisioning.planned import Planned

    with suppress(OSError):
        Planned(named.state_folder).remember(
            name=made.name, digest=plan_digest(made), plan=path, spec=spec, created_at=made.created_at
        )


def _save_and_show(
    made: "Plan",
    path: Path,
    form: Format,
    errors: "tuple[AmpacityError, ...]",
    *,
    needs_approval: bool,
    interrupted: bool = False,
) -> None:
    from ..planning.planfile import encode_plan, plan_digest
    from .interrupted import way_on
    from .output import Result, emit, say
    from .plan_view import plan_rows, show_plan
    from .saving import save_plan

    moved = save_plan(path, encode_plan(made))
    digest = plan_digest(made)
    data = {"digest": digest, "path": str(path), "plan": made}
    result = Result(schema="ampacity.planned/1", data=data, rows=plan_rows(made), errors=errors)
    emit(result, form, lambda: show_plan(made, digest))
    say(f"saved: {path}")
    if moved:
        say(f"moved: the approvals of the plan that was there are in {moved}; they do not count for this one")
    onward = _next(path, needs_approval=needs_approval) if made.spends else "nothing to do"
    say(f"next:  {way_on(made, onward) if interrupted else onward}")


def _next(path: Path, *, needs_approval: bool) -> str:
    from ..access.approvals import not_required

    name = quote(str(path))
    if needs_approval:
        return f"ampacity approve {name}, then ampacity apply {name}"
    return f"ampacity apply {name} ({not_required().sentence})"
