"""The face of this room: from a plan to running machines and back, for one context."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import msgspec

from ..core.clock import Clock, system_clock
from ..core.contexts import NamedContext
from ..core.digests import Digest
from ..core.money import ceil_cents, plain
from ..core.progress import Progress, silent
from ..planning.plan import BaseState, Plan
from ..planning.prepaid import Quote
from ..providers.base import Offer
from . import abandoned, apply, baseline, deposits, destroy, ended, observe, orphans, recover, strays, topup
from .anew import way_anew
from .desk import Desk, work_on
from .drift import differences, notices, unasked, unseen
from .forgotten import forgotten, interrupted, look_around, made_nothing
from .former import former_machines
from .gate import ApprovalGate, RecoveryGate
from .outlook import Outlook
from .records import UsedPlan
from .reports import (
    ApplyReport,
    Checked,
    DeploymentStatus,
    DestroyReport,
    DriftReport,
    EndedDeployment,
    EndReport,
    Orphan,
    OrphanReport,
    TopUpQuote,
    TopUpReport,
)
from .status import deployment_status, under_way
from .unfinished import unfinished

NOTHING_OFFERED: Mapping[str, Offer] = MappingProxyType({})


class Control:
    """Every verb that touches machines. Reads ask the sellers; changes hold the deployment's lock."""

    def __init__(
        self,
        context: NamedContext,
        *,
        progress: Progress = silent,
        clock: Clock = system_clock,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._desk = Desk(context, progress=progress, clock=clock, environment=environment)

    def names(self) -> list[str]:
        """Every deployment of this context."""
        return self._desk.records.names()

    def base_state(self, name: str) -> BaseState:
        """What a plan is made against. Raises `ResourceError` when a seller cannot be asked."""
        record = self._desk.records.find(name)
        if record is None:
            return baseline.base_state(None, [], usd_so_far=Decimal(0))
        work = work_on(self._desk, record)
        seen, former = observe.look(work), former_machines(work.journal.entries())
        cost = deployment_status(record, [*seen, *forgotten(work, seen)], self._desk.clock(), former).usd_so_far
        usd_so_far = None if cost is None else plain(ceil_cents(cost))
        return baseline.base_state(record.uid, seen, ttl_hours=record.ttl_hours, usd_so_far=usd_so_far)

    def interrupted(self, name: str) -> tuple[str, ...]:
        """Machines whose create calls an apply was killed at, and that `recover` goes on with. Asks no seller."""
        record = self._desk.records.find(name)
        if record is None or record.destroying_since is not None or self._desk.changing(name):
            return ()
        return interrupted(work_on(self._desk, record))

    def destroying_since(self, name: str) -> datetime | None:
        """When a destroy of it began that nothing works on and that did not come to its end. Asks no seller."""
        record = self._desk.records.find(name)
        return None if record is None or self._desk.changing(name) else record.destroying_since

    def used(self, name: str, digest: Digest) -> UsedPlan | None:
        """When and by whose approval the plan was applied to `name`, `None` where it was not."""
        record = self._desk.records.find(name)
        return (record.used(digest) if record else None) or self._desk.records.archived_use(digest)

    def check(
        self,
        plan: Plan,
        digest: Digest,
        live: Mapping[str, Offer],
        gate: ApprovalGate,
        *,
        sites: Path | None = None,
    ) -> Checked:
        """Every refusal, before the question is asked; see `refusals` for codes and exits.

        Tells how the plan is approved; what could not be seen, such as what is in an account, is a doubt.

        `live` has fresh offers by `Offer.key`; one that is missing there has no known price.
        """
        return apply.check(self._desk, apply.Intent(plan=plan, digest=digest, live=live, sites=sites), gate)

    def apply(
        self,
        plan: Plan,
        digest: Digest,
        *,
        user_data: str | None,
        definition: str | None = None,
        sites: Path | None,
        live: Mapping[str, Offer],
        gate: ApprovalGate,
        folder: Path | None = None,
    ) -> ApplyReport:
        """Carry the plan out, once. `folder` is where the plan lies, so that `recover` finds its files.

        Raises as `check` does; what fails for single machines is in the report.
        """
        intent = apply.Intent(
            plan=plan,
            digest=digest,
            live=live,
            user_data=user_data,
            definition=definition,
            folder=folder,
            sites=sites,
        )
        return apply.apply(self._desk, intent, gate)

    def status(self, name: str) -> DeploymentStatus:
        """Every machine as its seller has it now, what it costs, when it ends; and which calls cannot be read."""
        record = self._desk.records.get(name)
        work, changing = work_on(self._desk, record), self._desk.changing(name)
        work = msgspec.structs.replace(work, journal=work.journal.tolerant())
        sightings, former = look_around(work), former_machines(work.journal.entries())
        found = deployment_status(record, sightings, self._desk.clock(), former)
        found = under_way(found, changing or self._desk.changing(name))
        anew = way_anew(record, sightings, former, found.asked_at) if found.lost else ""
        return msgspec.structs.replace(found, anew=anew, problems=work.journal.torn())

    def ended(self, name: str | None = None) -> tuple[EndedDeployment, ...]:
        """What deployments of that name, or all, cost that were destroyed; the last first. Asks no seller."""
        return ended.ended_deployments(self._desk, name)

    def drift(self, name: str) -> DriftReport:
        """Where the sellers differ from the state, and the state from the last plan. Changes nothing."""
        work, changing = work_on(self._desk, self._desk.records.get(name)), self._desk.changing(name)
        record, around = work.record, look_around(work)
        known = [sighting.record for sighting in around]
        swept = strays.sweep(work, known)
        seen = [sighting for sighting in around if not made_nothing(sighting)]
        found = differences(seen, strays.strays(swept.machines, known), unfinished(record, seen))
        problems = (*unasked(seen, name), *unseen(seen), *swept.problems)
        return DriftReport(
            name=name,
            differences=found,
            problems=problems,
            notices=notices(seen, name),
            destroying_since=record.destroying_since,
            changing=changing or self._desk.changing(name),
            anew=way_anew(record, seen, former_machines(work.journal.entries()), self._desk.clock()),
        )

    def outlook(self, name: str, *, gate: RecoveryGate | None) -> Outlook:
        """What `recover` would make, replace, remove and take in. Waits for another change; changes nothing."""
        return recover.outlook(self._desk, name, gate)

    def recovery_funds(self, ahead: Outlook) -> tuple[str, ...]:
        """What is not known of the accounts that would pay it, a line each. Raises `PolicyError` AMP-FUNDS."""
        return recover.funds(self._desk, ahead)

    def recover(
        self, name: str, *, gate: RecoveryGate | None, live: Mapping[str, Offer] = NOTHING_OFFERED
    ) -> ApplyReport:
        """Settle what a crash left open, then finish the last applied plan, at no more than its ceiling.

        `live` has fresh offers by `Offer.key` of what is to be made. Raises `PolicyError`
        AMP-PRICE-UNKNOWN or AMP-PRICE-CEILING before anything is made or ended.
        Where `gate` is `None` nobody is asked whether what was approved once may still buy.
        """
        return recover.recover(self._desk, name, live, gate)

    def destroy(self, name: str) -> DestroyReport:
        """Remove every machine of the deployment, whether the state knows it or not."""
        return destroy.destroy(self._desk, name)

    def deposits(self, plan: Plan, sites: Path | None) -> tuple[Quote, ...]:
        """What sellers that are paid ahead would lock when `plan` is applied: for the plan, which is held to it."""
        return deposits.deposits(self._desk, plan, sites)

    def top_up_quote(self, name: str, hours: Decimal | None) -> TopUpQuote:
        """What it takes to have every prepaid machine last `hours` from now, or until its end. Pays nothing."""
        return topup.quote(self._desk, name, hours)

    def top_up(self, quote: TopUpQuote) -> TopUpReport:
        """Pay what was quoted; what fails for single machines is in the report."""
        return topup.pay(self._desk, quote)

    def overdue(self) -> list[DeploymentStatus]:
        """The deployments that are past their end and still have machines."""
        return [found for found in map(self.status, self.names()) if found.overdue]

    def orphans(self) -> OrphanReport:
        """Machines with our labels that no state here accounts for, or that are past their end."""
        return orphans.find_orphans(self._desk)

    def end_abandoned(self, orphans: Sequence[Orphan]) -> EndReport:
        """End those of `orphans` whose deployment no state here knows."""
        return abandoned.end_abandoned(self._desk, orphans)
