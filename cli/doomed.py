"""Which machines without a deployment here a person has named to be ended. Nothing is chosen for them."""

from collections.abc import Collection, Iterator, Sequence
from shlex import quote

from ..core.errors import MissingError, UsageError
from ..provisioning.reports import Orphan

LIST = "ampacity orphans"


def doomed(orphans: Sequence[Orphan], ids: Collection[str], deployment: str | None) -> list[Orphan]:
    """Those of `orphans` that have one of `ids`, or are of `deployment`, a name or an id; by what was named.

    Raises `MissingError` for what is no orphan, `UsageError` for a name of two deployments and for a
    machine whose deployment is known here: its own verbs end it.
    """
    named = [*(_by_id(orphans, each) for each in ids), *([_by_deployment(orphans, deployment)] if deployment else [])]
    chosen = list({(each.provider, each.id): each for found in named for each in found}.values())
    for orphan in chosen:
        if not orphan.abandoned:
            way = orphan.why.partition(": ")[2] or LIST
            raise UsageError(
                f"{orphan.id} is of a deployment that is known here", why=orphan.why, fix=way, code="AMP-ORPHAN-KNOWN"
            )
    return chosen


def ways_to_end(orphans: Sequence[Orphan]) -> Iterator[str]:
    """The command for each deployment that nothing here knows, by its name where only one has it."""
    abandoned = {(each.deployment_name, each.deployment) for each in orphans if each.abandoned}
    names = [name for name, _ in abandoned]
    for name, uid in sorted(abandoned):
        yield f"{LIST} --end --deployment {quote(name if names.count(name) == 1 else uid)}"


def _by_id(orphans: Sequence[Orphan], wanted: str) -> list[Orphan]:
    found = [each for each in orphans if each.id == wanted]
    return found or _refuse(f"{wanted} is the id of no orphan", (each.id for each in orphans))


def _by_deployment(orphans: Sequence[Orphan], wanted: str) -> list[Orphan]:
    found = [each for each in orphans if each.abandoned and wanted in (each.deployment, each.deployment_name)]
    uids = sorted({each.deployment for each in found})
    if len(uids) > 1:
        raise UsageError(
            f"Two deployments are called {wanted!r}",
            why=f"their ids: {', '.join(uids)}",
            fix=f"{LIST} --end --deployment {uids[0]}, or another of the ids",
            code="AMP-NAME",
        )
    return found or _refuse(
        f"No deployment {wanted!r} is without a state here",
        (each.deployment_name for each in orphans if each.abandoned),
    )


def _refuse(what: str, known: Iterator[str]) -> list[Orphan]:
    there = ", ".join(dict.fromkeys(known)) or "none"
    raise MissingError(what, why=f"there are: {there}", fix=LIST, code="AMP-ORPHAN-UNKNOWN")
