"""What stands below the table of `status`: sums, ends, and whatever a person should do about it."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..provisioning.reports import DeploymentStatus

UNKNOWN = "unknown"
"""The state of a machine whose seller could not be asked."""
UNSEEN = "unseen"
"""The state of a machine that ran, and that is there without anybody seeing how it does."""
GONE = "gone"
INTERRUPTED = "interrupted create"
"""The problem of a machine whose create call did not come to its end."""
RUNNING = "running"
SAID = {UNKNOWN: "could not be asked", UNSEEN: "cannot be seen"}


def foot(found: "DeploymentStatus") -> Iterator[str]:
    """Money, what is under way or undone, the end, what is paid ahead, and what sellers say, a line each."""
    from ..core.clock import rfc3339
    from .naming import span

    yield from _money(found)
    if found.changing is None and found.destroying_since is not None:
        began = rfc3339(found.destroying_since)
        yield f"DESTROY INTERRUPTED: it began {began}; what is left may bill: ampacity destroy {found.name}"
    yield from _unfinished(found)
    if found.bills_until_destroy:
        yield f"NO END: it bills until you run `ampacity destroy {found.name}`."
    elif found.overdue:
        since = f" since {rfc3339(found.overdue_since)}" if found.overdue_since else ""
        yield f"OVERDUE{since}: ampacity destroy {found.name}"
    elif found.ends_at and found.machines:
        yield f"Ends {rfc3339(found.ends_at)}{_first(found, found.ends_at)}{_lasting(found)}."
    yield from _prepaid(found)
    for note in sorted({machine.note for machine in found.machines if machine.note}):
        yield f"{span([each.name for each in found.machines if each.note == note])}: {note}"
    problems = sorted({problem for machine in found.machines for problem in machine.problems})
    for problem in problems:
        way = f"; it bills as far as it was made: ampacity recover {found.name}" if _unsettled(found, problem) else ""
        yield f"{span([each.name for each in found.machines if problem in each.problems])}: {problem}{way}"
    yield from found.problems


def _unsettled(found: "DeploymentStatus", problem: str) -> bool:
    """Whether it is a create call that nobody is at any more, and no destroy ends what it made."""
    return problem == INTERRUPTED and found.changing is None and found.destroying_since is None


def _first(found: "DeploymentStatus", last: datetime) -> str:
    """When the first machine ends, where that is clearly before the deployment does."""
    from ..core.clock import rfc3339
    from .lasting import SAME_END

    ends = [machine.ends_at for machine in found.machines if machine.ends_at is not None and machine.state != GONE]
    first = min(ends, default=last)
    return f", the first machine {rfc3339(first)}" if last - first > SAME_END else ""


def _lasting(found: "DeploymentStatus") -> str:
    """Which machines bill beyond that end until somebody ends them; nothing while a command is at work on them."""
    from .lasting import only_by

    if found.changing is not None:
        return ""
    lasting = [machine for machine in found.machines if machine.state != GONE and not machine.self_ending]
    return f"; {only_by(lasting, f'ampacity destroy {found.name}', mark=' (+)')}" if lasting else ""


def _unfinished(found: "DeploymentStatus") -> Iterator[str]:
    """What of the last plan is not done; while a command is at it, that is no fault."""
    from ..core.words import count
    from .naming import span

    if found.changing is not None:
        todo = len(found.missing) + len(found.outdated) + len(found.leaving)
        left = f"; {count(todo, 'machine')} not done yet" if todo else ""
        yield f"UNDER WAY: {found.changing}{left}."
        return
    for word, did, names in (
        ("MISSING", "also wanted", found.missing),
        ("NOT REPLACED", "makes anew", found.outdated),
        ("NOT REMOVED", "removes", found.leaving),
    ):
        if names:
            yield f"{word}: the last plan {did} {span(list(names))}: ampacity recover {found.name}"


def _money(found: "DeploymentStatus") -> Iterator[str]:
    from ..core.money import show_usd
    from ..core.words import count

    most = "at most " if any(machine.state == GONE and not machine.settled for machine in found.machines) else ""
    most = "about " if found.problems else most
    so_far = "an unknown amount" if found.usd_so_far is None else f"{most}{show_usd(found.usd_so_far)}"
    per_hour = f"{show_usd(found.usd_per_hour)} per hour"
    if found.changing is not None:
        yield f"So far: {_machines(found)}, {per_hour}, {so_far} spent; that moves while a command is at work."
    else:
        yield f"{_machines(found)}, {per_hour}, {so_far} so far."
    if found.former:
        former = count(len(found.former), "former machine")
        yield f"{show_usd(found.usd_of_former)} of it by {former}, removed, replaced or lost."


def _machines(found: "DeploymentStatus") -> str:
    """`6 machines`, or `5 running, 1 gone` where not all run."""
    from ..core.words import count

    if all(machine.state == RUNNING for machine in found.machines):
        return count(len(found.machines), "machine")
    return states(found)


def states(found: "DeploymentStatus") -> str:
    """`5 running, 1 gone`; empty without machines."""
    numbers = Counter(machine.state for machine in found.machines)
    return ", ".join(f"{number} {SAID.get(state, state)}" for state, number in numbers.items())


def _old_sums(found: "DeploymentStatus") -> Iterator[str]:
    """Which part of what is held is an old figure, and how old: less of it may be left."""
    from ..core.clock import rfc3339, show_age
    from ..core.money import show_usd
    from .naming import span

    old = [machine for machine in found.machines if machine.state == UNKNOWN and machine.held_usd]
    for at in sorted({machine.told_at for machine in old}, key=str):
        same = [machine for machine in old if machine.told_at == at]
        usd = show_usd(sum((machine.held_usd for machine in same if machine.held_usd), Decimal(0)))
        when = f"as of {rfc3339(at)}, {show_age(found.asked_at - at)} ago" if at else "of an age that is not known"
        yield f"{usd} of it, for {span([machine.name for machine in same])}, is {when}: its seller could not be asked."


def _prepaid(found: "DeploymentStatus") -> Iterator[str]:
    from ..core.clock import rfc3339
    from ..core.money import show_usd
    from .naming import span

    if found.held_usd:
        spent = (each.paid_until for each in found.machines if each.paid_until and each.limit_hours is None)
        dry = min(spent, default=None)
        until = f", good until {rfc3339(dry)}" if dry else ""
        yield f"Sellers hold {show_usd(found.held_usd)} that was paid ahead{until}; what is left comes back at destroy."
        yield from _old_sums(found)
    if found.destroying_since is not None:
        return
    if found.lost and found.anew:
        yield f"LOST: {span(list(found.lost))}, to be made anew: {found.anew}"
    yield from _taken_back(found)
    yield from _unseen(found)
    if found.runs_dry_at is not None:
        names = span([machine.name for machine in found.machines if machine.runs_dry_at is not None])
        hours = "" if found.ends_at else " --hours 24"
        yield f"RUNS DRY: {names}, the first at {rfc3339(found.runs_dry_at)}: ampacity topup {found.name}{hours}"


def _taken_back(found: "DeploymentStatus") -> Iterator[str]:
    """What sellers have said they take back: the hour before which whatever it holds must be saved."""
    from ..core.clock import rfc3339
    from .naming import span

    if found.taken_back_at is not None:
        names = span([machine.name for machine in found.machines if machine.taken_back_at is not None])
        when = rfc3339(found.taken_back_at)
        again = f"once it is gone: ampacity recover {found.name}"
        yield f"TAKEN BACK: {names}, the first at {when}: save what it holds; {again}"


def _unseen(found: "DeploymentStatus") -> Iterator[str]:
    """What is surely there and bills, though nobody sees how it does: an outage mostly, and nothing to mend at once."""
    from .naming import span

    unseen = [machine.name for machine in found.machines if machine.state == UNSEEN]
    names = span(unseen)
    if names:
        ways = f"ampacity recover {found.name}, or ampacity destroy {found.name}"
        bill = "bills" if len(unseen) == 1 else "bill"
        yield f"CANNOT BE SEEN: {names} may run as before, and {bill} on; look again, and only if it stays so: {ways}"
