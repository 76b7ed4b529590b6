"""`ampacity status` over several deployments: a line each, and what they come to."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import typer

from ..core.clock import rfc3339, show_age
from ..core.contexts import NamedContext
from ..core.errors import AmpacityError
from ..core.money import show_usd, total
from ..core.words import count
from ..provisioning.control import Control
from ..provisioning.reports import DeploymentStatus
from .spoken import typed
from .status_foot import GONE, INTERRUPTED, states
from .tables import Column, draw

AT_ONCE = 4
"""So many deployments are asked about at the same time: each asks several sellers itself."""


class All(msgspec.Struct, frozen=True, kw_only=True):
    """Every deployment that could be read, by name, and why each of the others could not be."""

    found: tuple[DeploymentStatus, ...]
    errors: dict[str, AmpacityError]


def ask_all(named: NamedContext, names: Sequence[str]) -> All:
    """The status of each; one that cannot be read hides no other."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        answers = dict(zip(names, pool.map(lambda name: _ask(named, name), names), strict=True))
    return All(
        found=tuple(answer for answer in answers.values() if isinstance(answer, DeploymentStatus)),
        errors={name: answer for name, answer in answers.items() if isinstance(answer, AmpacityError)},
    )


def _ask(named: NamedContext, name: str) -> DeploymentStatus | AmpacityError:
    try:
        return Control(named).status(name)
    except AmpacityError as error:
        return error


def row_of(found: DeploymentStatus) -> dict[str, Any]:
    """One flat row a deployment."""
    return {
        "deployment": found.name,
        "machines": states(found),
        "usd_per_hour": found.usd_per_hour,
        "usd_so_far": found.usd_so_far,
        "next_end_at": next_end(found),
        "wrong": ", ".join(_wrong(found)),
    }


def next_end(found: DeploymentStatus) -> datetime | None:
    """When its first machine ends, is taken back or runs dry; `None` where none of those that are there does."""
    there = [machine for machine in found.machines if machine.state != GONE]
    times = [at for each in there for at in (each.ends_at, each.runs_dry_at, each.taken_back_at) if at is not None]
    return min(times, default=None)


def show_all(every: All) -> None:
    """Draw a line each on stdout, with the sums below."""
    columns = [
        Column("DEPLOYMENT", keep=True),
        Column("MACHINES"),
        Column("$/H", figures=True),
        Column("SO FAR", figures=True),
        Column("NEXT END", keep=True),
        Column("WRONG"),
    ]
    lost = [[name, "?", "?", "?", "?", "cannot be read"] for name in every.errors]
    draw(columns, [*(_cells(found) for found in every.found), *lost])
    typer.echo(_sums(every))
    typer.echo(typed("One of them in full: ampacity status NAME"))


def _cells(found: DeploymentStatus) -> list[str]:
    usd = [("?" if amount is None else show_usd(amount)) for amount in (found.usd_per_hour, found.usd_so_far)]
    return [found.name, states(found) or "none", *usd, _next_end(found), ", ".join(_wrong(found)) or "-"]


def _next_end(found: DeploymentStatus) -> str:
    first = next_end(found)
    if first is None:
        return "never" if any(machine.state != GONE for machine in found.machines) else "-"
    left = first - found.asked_at
    return show_age(left) if first > found.asked_at else f"{show_age(-left)} ago!"


def _wrong(found: DeploymentStatus) -> Iterator[str]:
    """What a person should look into, in a few words each; the states of machines stand beside it."""
    if found.changing is not None:
        yield "under way"
        return
    if found.problems:
        yield "unreadable call"
    if found.destroying_since is not None:
        yield "destroy interrupted"
    if cut := sum(INTERRUPTED in machine.problems for machine in found.machines):
        yield f"{cut} interrupted"
    for word, names in (("missing", found.missing), ("not replaced", found.outdated), ("not removed", found.leaving)):
        if names:
            yield f"{len(names)} {word}"
    for word, so in (
        ("overdue", found.overdue),
        ("no end", found.bills_until_destroy),
        ("taken back", found.taken_back_at is not None),
        ("runs dry", found.runs_dry_at is not None),
    ):
        if so:
            yield word


def _sums(every: All) -> str:
    """`2 deployments, 8 machines, $60.72 per hour, $4.12 so far; the first end is 2026-11-21T12:00:00Z (train).`"""
    machines = sum(machine.state != GONE for found in every.found for machine in found.machines)
    lost = [None] * len(every.errors)
    per_hour = _sum([*(found.usd_per_hour for found in every.found), *lost])
    so_far = _sum([*(found.usd_so_far for found in every.found), *lost])
    names = count(len(every.found) + len(lost), "deployment")
    ends = [(at, found.name) for found in every.found if (at := next_end(found)) is not None]
    first = f"; the first end is {rfc3339(min(ends)[0])} ({min(ends)[1]})" if ends else ""
    return f"{names}, {count(machines, 'machine')}, {per_hour} per hour, {so_far} so far{first}."


def _sum(amounts: Iterable[Decimal | None]) -> str:
    """What is known of it, and that it is not all where a part is not known."""
    parts = list(amounts)
    known = show_usd(total(part for part in parts if part is not None))
    return f"at least {known}" if None in parts else known
