"""Apply: every refusal first, then the use of the plan on disk, then the engine."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from ..core.clock import rfc3339
from ..core.digests import Digest
from ..core.errors import AuthError, ResourceError
from ..planning.plan import Plan
from ..providers.base import Bids, Offer, capability
from . import refusals
from .baseline import base_state
from .deposits import deposits, refuse_deposits
from .desk import Desk, Work, work_on
from .engine import UNOPENED
from .failing import looked_at_again
from .finish import Finished, finish, settle
from .funds import Due, refuse_unpaid
from .gate import ApprovalGate, Approved
from .namesakes import refuse_namesakes
from .observe import Sighting, look, natural
from .payload import Payload, remember, remember_definition
from .planned import Planned
from .records import DeploymentRecord, UsedPlan, new_uid
from .reports import ApplyReport, Checked
from .strays import unaccounted
from .wanted import approved_usd, end_of, wanted_machines


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks to be applied. `folder` is the plan's, which its paths start from."""

    plan: Plan
    digest: Digest
    live: Mapping[str, Offer]
    user_data: str | None = None
    definition: str | None = None
    folder: Path | None = None
    sites: Path | None = None


def check(desk: Desk, intent: Intent, gate: ApprovalGate) -> Checked:
    """Every refusal that can be said before the question is asked."""
    plan = intent.plan
    record = desk.records.find(plan.name)
    refuse_early(desk, intent, record, changing=desk.changing(plan.name))
    seen = look(work_on(desk, record)) if record else []
    doubts = refuse_late(desk, intent, record, seen)
    approved = gate.check(plan, intent.digest)
    return Checked(approval=approved.sentence, doubts=doubts, warnings=_unvouched(desk, intent, approved))


def apply(desk: Desk, intent: Intent, gate: ApprovalGate) -> ApplyReport:
    """Make the plan so. Everything is checked again under the lock, in the state as it is then."""
    plan = intent.plan
    with desk.hold(plan.name, "apply PLAN") as lock:
        record = desk.records.find(plan.name)
        refuse_early(desk, intent, record)
        work = work_on(desk, record or _draft(desk, intent), lock)
        seen = look(work) if record else []
        refuse_late(desk, intent, record, seen)
        refusals.refuse_user_data(plan, intent.user_data)
        refusals.refuse_definition(plan, intent.definition)
        approved = gate.check(plan, intent.digest)
        _unvouched(desk, intent, approved)
        use = UsedPlan(digest=intent.digest, at=desk.clock(), approval=approved.sentence, approvers=approved.by)
        with _unless_unopened(desk, record):
            return _spend(work, intent, use, seen)


def _unvouched(desk: Desk, intent: Intent, approved: Approved) -> tuple[str, ...]:
    """What is not known of a plan that nobody approved: then the one word for it is that it was made here.

    Raises `UsageError` AMP-PLAN-TOUCHED where another was made here, by its name and moment.
    """
    plan, planned = intent.plan, Planned(desk.state)
    if approved.by or planned.knows(intent.digest):
        return ()
    made = planned.made_as(plan.name, plan.created_at)
    refusals.refuse_touched(plan, intent.digest, made.digest if made else None)
    return ("no plan of this digest was made here, and nobody approved it: ampacity show PLAN says what it would do",)


@contextmanager
def _unless_unopened(desk: Desk, before: DeploymentRecord | None) -> Iterator[None]:
    """An engine that cannot open the state has touched nothing: then the plan is not used, and all is as it was."""
    try:
        yield
    except AuthError as error:
        if error.code == UNOPENED and before is not None:
            desk.records.save(before)
        raise


def refuse_early(desk: Desk, intent: Intent, record: DeploymentRecord | None, *, changing: str | None = None) -> None:
    """The refusals that need nobody to be asked. `changing` is what else is at work on the deployment."""
    plan = intent.plan
    refusals.refuse_expired(plan, desk.clock())
    here = record.used(intent.digest) if record else None
    refusals.refuse_used(plan, here or desk.records.archived_use(intent.digest), changing)
    refusals.refuse_other_context(plan, desk.context.name)
    refusals.refuse_destroyed(plan, record.destroying_since if record else None)


def refuse_late(
    desk: Desk, intent: Intent, record: DeploymentRecord | None, seen: Sequence[Sighting]
) -> tuple[str, ...]:
    """The refusals that need state and sellers. Says what could not be seen."""
    refusals.refuse_stale(intent.plan, base_state(record.uid if record else None, seen))
    _refuse_auctions(desk, intent)
    refusals.refuse_price(intent.plan, intent.live)
    unseen = () if record else refuse_namesakes(desk, intent.plan, intent.sites)
    quotes = deposits(desk, intent.plan, intent.sites)
    refuse_deposits(intent.plan, quotes)
    return (*unseen, *refuse_unpaid(desk, Due(quotes=quotes, sites=intent.sites)))


def _refuse_auctions(desk: Desk, intent: Intent) -> None:
    plan = intent.plan
    auctioned = {auction.machine for auction in plan.auctions}
    names = {plan.offer_of(machine).provider for machine in plan.machines if machine.name in auctioned}
    sites = str(intent.sites) if intent.sites else None
    for name in sorted(names):
        if capability(desk.open(name, sites), Bids) is None:
            raise ResourceError(
                f"{name} takes no bids here",
                why="the plan buys from it by auction",
                fix="ampacity providers list, then ampacity plan SPEC",
                code="AMP-AUCTION-UNABLE",
            )


def _spend(work: Work, intent: Intent, use: UsedPlan, seen: Sequence[Sighting]) -> ApplyReport:
    """From here on the plan is used, whatever happens to its machines."""
    desk, now = work.desk, use.at
    wanted = wanted_machines(
        intent.plan,
        intent.digest,
        uid=work.record.uid,
        standing={sighting.record.inputs.name: sighting for sighting in seen},
        payload=_payload(intent),
        ends_at=end_of(intent.plan, now),
    )
    record = msgspec.structs.replace(
        work.record,
        plans=(*work.record.plans, use),
        wanted=wanted,
        ends_at=end_of(intent.plan, now) if intent.plan.spends else work.record.ends_at,
        hours=intent.plan.hours,
        ttl_hours=intent.plan.ttl_hours,
        ceiling_usd_per_hour=intent.plan.totals.ceiling_usd_per_hour,
        approved_usd=approved_usd(intent.plan),
        destroying_since=None,
        sites=_absolute(intent.sites) or work.record.sites,
        user_data=remember(intent.plan.user_data, intent.folder),
        definition=remember_definition(intent.plan, intent.folder),
    )
    given_up = work.record.destroying_since
    desk.records.save(record)
    work = msgspec.structs.replace(work, record=record)
    settle(work)
    work.journal.forgive()
    return _with_end(given_up, _with_doubts(work, finish(work, wanted, list(map(looked_at_again, seen)))))


def _payload(intent: Intent) -> Payload:
    defined = intent.plan.definition
    takers = defined.providers if defined else ()
    return Payload(user_data=intent.user_data, definition=intent.definition, takers=takers)


def _with_doubts(work: Work, finished: Finished) -> ApplyReport:
    """Says which create calls may have made a machine that the state does not know."""
    calls: dict[str, list[str]] = {}
    for entry in unaccounted(work, finished.known):
        calls.setdefault(entry.provider, []).append(entry.name)
    doubts = tuple(
        f"{', '.join(sorted(names, key=natural))} may run at {provider} outside the state"
        for provider, names in sorted(calls.items())
    )
    return msgspec.structs.replace(finished.report, problems=(*finished.report.problems, *doubts))


def _with_end(given_up: datetime | None, report: ApplyReport) -> ApplyReport:
    """Says that a destroy which never came to its end is off: the plan was made after it, against what it left."""
    if given_up is None:
        return report
    note = f"the destroy that began at {rfc3339(given_up)} is given up: this plan was made after it"
    return msgspec.structs.replace(report, notes=(*report.notes, note))


def _draft(desk: Desk, intent: Intent) -> DeploymentRecord:
    """A deployment that does not exist yet; nothing is written of it until its plan is used."""
    plan = intent.plan
    return DeploymentRecord(
        uid=new_uid(),
        name=plan.name,
        context=plan.context,
        created_at=desk.clock(),
        ends_at=None,
        hours=plan.hours,
        sites=_absolute(intent.sites),
        user_data=None,
    )


def _absolute(path: Path | None) -> str | None:
    return str(path.expanduser().resolve()) if path else None
