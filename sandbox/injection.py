"""Faults on request: which stand-in shows what, to whom, how often."""

from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import cast

from ..core.errors import MissingError, UsageError
from .faults import ON_MACHINES, FaultKind, Faults, unknown_machine
from .reach import DOWN, endpoint_of, folder_of
from .roster import ask_machines
from .table import FILES, PARTICULAR, STAND_INS

FAULT = "AMP-SANDBOX-FAULT"


def inject(provider: str, kind: str, machine: str | None = None, count: int = 1) -> None:
    """Let the stand-in of `provider` show `kind` the next `count` times, to `machine` or to anyone.

    Raises `UsageError` for a kind that is not known, that this seller cannot show, or that comes upon no
    machine in particular though one is named; `MissingError` for a seller that the sandbox does not have
    or that does not run, and for a machine that it does not have.
    """
    fault = _kind(provider, kind)
    folder = folder_of(provider)
    if machine is not None and fault not in ON_MACHINES:
        raise UsageError(
            f"{kind} comes upon no machine in particular",
            why=f"only {', '.join(sorted(ON_MACHINES))} take --machine",
            fix=f"ampacity sandbox fault {provider} {kind}",
            code=FAULT,
        )
    if provider in STAND_INS:
        endpoint = endpoint_of(provider, folder)
        if machine is not None:
            _check_machine(provider, machine, endpoint, fault)
        Faults(folder).inject(fault, machine=machine, count=count)
    else:
        for _ in range(count):
            _injector(FILES[provider])(fault, machine, folder)


def calm(provider: str, kind: str) -> None:
    """Let the stand-in of `provider` show `kind` no more. Raises as `inject` does."""
    fault = _kind(provider, kind)
    folder = folder_of(provider)
    if provider in FILES:
        raise UsageError(
            f"{provider} has no fault that waits",
            why="what it is asked to show happens at once",
            fix="ampacity status",
            code=FAULT,
        )
    Faults(folder).clear(fault)


def _check_machine(provider: str, machine: str, endpoint: str, kind: FaultKind) -> None:
    try:
        there = ask_machines(endpoint)
    except OSError as error:
        raise MissingError(
            f"The stand-in of {provider} does not answer", why=str(error), fix="ampacity sandbox up", code=DOWN
        ) from error
    if machine not in there:
        raise unknown_machine(provider, machine, there, kind)


def _kind(provider: str, text: str) -> FaultKind:
    known = _shown_by(provider)
    if text in known:
        return FaultKind(text)
    near = [*get_close_matches(text, known, n=1), FaultKind.PREEMPT]
    raise UsageError(
        f"{provider} cannot show {text}" if text in set(FaultKind) else f"There is no fault {text!r}",
        why=f"known: {', '.join(known)}",
        fix=f"ampacity sandbox fault {provider} {near[0]}",
        code=FAULT,
    )


def _shown_by(provider: str) -> list[FaultKind]:
    """What every stand-in can show, and what this one alone can."""
    special = {kind for kinds in PARTICULAR.values() for kind in kinds} - set(PARTICULAR.get(provider, ()))
    return [kind for kind in FaultKind if kind not in special]


def _injector(module: str) -> Callable[[FaultKind, str | None, Path], None]:
    return cast(Callable[[FaultKind, str | None, Path], None], import_module(module).inject)
