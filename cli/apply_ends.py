"""When what an apply or a recovery left standing ends, and what of it does not end by itself, in words."""

from collections.abc import Iterator, Sequence

from ..core.clock import rfc3339
from ..provisioning.reports import ApplyReport, MachineOutcome
from .lasting import SAME_END, only_by
from .naming import span


def standing_ends(report: ApplyReport) -> str:
    """`the first 2026-…Z, the last 2026-…Z; a-2 ends only by …`; empty where nothing stands.

    What is past its end is said to be so.
    """
    there = report.standing
    if not there:
        return ""
    return "; ".join(_asked(report, there) if report.ends_at is not None else _unasked(report, there))


def _asked(report: ApplyReport, there: Sequence[MachineOutcome]) -> Iterator[str]:
    ends = [machine.ends_at for machine in there if machine.ends_at is not None]
    if report.overdue_since is not None:
        yield f"OVERDUE since {rfc3339(report.overdue_since)}"
    elif ends and max(ends) - min(ends) > SAME_END:
        yield f"the first {rfc3339(min(ends))}, the last {rfc3339(max(ends))}"
    elif ends:
        yield rfc3339(max(ends))
    lasting = [machine for machine in there if not machine.self_ending]
    if lasting:
        yield only_by(lasting, report.give_up)


def _unasked(report: ApplyReport, there: Sequence[MachineOutcome]) -> Iterator[str]:
    """No end was asked for; the first may come all the same."""
    never = [machine for machine in there if machine.ends_at is None and machine.paid_until is None]
    if len(never) == len(there):
        yield "never: it bills until destroy"
        return
    if never:
        yield f"{_names(never)} never: bills until destroy"
    if report.stops_at is not None:
        first = "the first " if len(there) > 1 else ""
        why = "by its seller or as what is paid ahead is spent, though no end is asked"
        yield f"{first}{rfc3339(report.stops_at)}, {why}"


def _names(machines: Sequence[MachineOutcome]) -> str:
    return span([machine.name for machine in machines])
