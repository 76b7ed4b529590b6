"""Creates that the engine forgot: of a call whose plugin died with the command line its state keeps nothing.

The journal has them. What they made bills, and is in no state until `recover` takes it in or ends it.
"""

from collections.abc import Sequence

import msgspec

from ..core.clock import rfc3339
from ..core.errors import ResourceError
from .desk import SETTLE_SECONDS, Work
from .journal import JournalEntry
from .machines import INTERRUPTED, MachineRecord
from .observe import Sighting, look, look_at, machine_records, natural, subject_of
from .strays import unaccounted
from .tokens import placeholder


def look_around(work: Work) -> list[Sighting]:
    """Every machine in state and every forgotten one, by name, with how its seller has it now."""
    seen = look(work)
    return sorted([*seen, *forgotten(work, seen)], key=lambda sighting: natural(sighting.record.inputs.name))


def interrupted(work: Work) -> tuple[str, ...]:
    """Names of machines whose create call did not come to its end, in the state or forgotten. No seller is asked."""
    known = machine_records(work)
    names = {row.inputs.name for row in known if row.interrupted} | {entry.name for entry in unaccounted(work, known)}
    return tuple(sorted(names, key=natural))


def forgotten(work: Work, seen: Sequence[Sighting]) -> list[Sighting]:
    """The machines that are in the journal and in no state (`seen`), but for calls that surely made nothing."""
    entries = {entry.token: entry for entry in unaccounted(work, [sighting.record for sighting in seen])}
    looked = look_at([_record(entry) for entry in entries.values()], work.sellers)
    found = [_patient(work, entries[subject_of(sighting.record).token], sighting) for sighting in looked]
    return [sighting for sighting in found if sighting is not None]


def made_nothing(sighting: Sighting) -> bool:
    """Whether it stands for a create call that was interrupted, and of which nothing is there."""
    return sighting.record.interrupted and sighting.problem is None and not sighting.alive


def _record(entry: JournalEntry) -> MachineRecord:
    told = {"token": entry.token, "created_at": entry.since, "usd_per_hour": entry.usd_per_hour}
    return MachineRecord(
        urn=entry.urn,
        id=entry.id or placeholder(entry.token),
        inputs=entry.inputs,
        outputs=msgspec.to_builtins(told),
        problems=(INTERRUPTED,),
    )


def _patient(work: Work, entry: JournalEntry, sighting: Sighting) -> Sighting | None:
    """`None` where surely nothing was made. What was just asked for may show itself late: that is not known yet."""
    if sighting.alive or sighting.problem is not None or entry.id is not None:
        return sighting
    if (work.desk.clock() - entry.at).total_seconds() >= SETTLE_SECONDS:
        return None
    late = ResourceError(
        f"{entry.provider} does not show it yet",
        why=f"it was asked for at {rfc3339(entry.at)}",
        fix=f"ampacity status {work.record.name}, in a moment",
        code="AMP-SELLER-UNASKED",
    )
    return msgspec.structs.replace(sighting, problem=late)
