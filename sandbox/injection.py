"""Faults on request: which stand-in shows what, to whom, how often."""

from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import cast

from ..core.errors import MissingError, UsageError
from .faults import FaultKind, Faults, unknown_machine
from .part import StandInPart
from .places import layout
from .process import running_in
from .roster import ask_machines
from .table import FILES, STAND_INS

DOWN = "AMP-SANDBOX-DOWN"
FAULT = "AMP-SANDBOX-FAULT"


def inject(provider: str, kind: str, machine: str | None = None, count: int = 1) -> None:
    """Let the stand-in of `provider` show `kind` the next `count` times, to `machine` or to anyone.

    Raises `UsageError` for a kind that is not known, that this seller cannot show, or that comes upon no
    machine in particular though one is named; `MissingError` for a seller that the sandbox does not have
    or that does not run, and for a machine that it does not have.
    """
    fault = _kind(provider, kind)
    folder = _folder(provider)
    if machine is not None and fault is not FaultKind.PREEMPT:
        raise UsageError(
            f"{kind} comes upon no machine in particular",
            why=f"only {FaultKind.PREEMPT} takes --machine",
            fix=f"ampacity sandbox fault {provider} {kind}",
            code=FAULT,
        )
    if provider in STAND_INS:
        endpoint = _endpoint(provider, folder)
        if machine is not None:
            _check_machine(provider, machine, endpoint)
        Faults(folder).inject(fault, machine=machine, count=count)
    else:
        for _ in range(count):
            _injector(FILES[provider])(fault, machine, folder)


def calm(provider: str, kind: str) -> None:
    """Let the stand-in of `provider` show `kind` no more. Raises as `inject` does."""
    fault = _kind(provider, kind)
    folder = _folder(provider)
    if provider in FILES:
        raise UsageError(
            f"{provider} has no fault that waits",
            why="what it is asked to show happens at once",
            fix="ampacity status",
            code=FAULT,
        )
    Faults(folder).clear(fault)


def _endpoint(provider: str, folder: Path) -> str:
    """Where it listens. Raises `MissingError` where it does not run: nobody would ever meet the fault."""
    endpoint = StandInPart(name=provider, folder=folder).endpoint()
    if running_in(folder) is None or endpoint is None:
        raise MissingError(
            f"The stand-in of {provider} does not run",
            why=f"the process recorded in {folder} has ended",
            fix="ampacity sandbox up",
            code=DOWN,
        )
    return endpoint


def _check_machine(provider: str, machine: str, endpoint: str) -> None:
    try:
        there = ask_machines(endpoint)
    except OSError as error:
        raise MissingError(
            f"The stand-in of {provider} does not answer", why=str(error), fix="ampacity sandbox up", code=DOWN
        ) from error
    if machine not in there:
        raise unknown_machine(provider, machine, there)


def _folder(provider: str) -> Path:
    folder = layout().part(provider)
    if provider not in STAND_INS | FILES:
        raise MissingError(
            f"The sandbox has no {provider!r}",
            why=f"it has: {', '.join(sorted(STAND_INS | FILES))}",
            fix="ampacity sandbox status",
            code="AMP-SANDBOX-PROVIDER",
        )
    if not folder.is_dir():
        raise MissingError(
            "The sandbox is not up", why=f"{folder} does not exist", fix="ampacity sandbox up", code=DOWN
        )
    return folder


def _kind(provider: str, text: str) -> FaultKind:
    try:
        return FaultKind(text)
    except ValueError as error:
        near = [*get_close_matches(text, list(FaultKind), n=1), FaultKind.PREEMPT]
        raise UsageError(
            f"There is no fault {text!r}",
            why=f"known: {', '.join(FaultKind)}",
            fix=f"ampacity sandbox fault {provider} {near[0]}",
            code=FAULT,
        ) from error


def _injector(module: str) -> Callable[[FaultKind, str | None, Path], None]:
    return cast(Callable[[FaultKind, str | None, Path], None], import_module(module).inject)
