"""Faults on request: which stand-in shows what, to whom, how often."""

from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import cast

from ..core.errors import MissingError, UsageError
from .faults import FaultKind, Faults
from .places import layout
from .table import FILES, STAND_INS


def inject(provider: str, kind: str, machine: str | None = None, count: int = 1) -> None:
    """Let the stand-in of `provider` show `kind` the next `count` times, to `machine` or to anyone.

    Raises `UsageError` for a kind that is not known or that this seller cannot show, `MissingError`
    for a seller that the sandbox does not have, or while it is down.
    """
    fault = _kind(kind)
    folder = _folder(provider)
    if provider in STAND_INS:
        Faults(folder).inject(fault, machine=machine, count=count)
    else:
        for _ in range(count):
            _injector(FILES[provider])(fault, machine, folder)


def calm(provider: str, kind: str) -> None:
    """Let the stand-in of `provider` show `kind` no more. Raises as `inject` does."""
    fault = _kind(kind)
    folder = _folder(provider)
    if provider in STAND_INS:
        Faults(folder).clear(fault)


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
            "The sandbox is not up", why=f"{folder} does not exist", fix="ampacity sandbox up", code="AMP-SANDBOX-DOWN"
        )
    return folder


def _kind(text: str) -> FaultKind:
    try:
        return FaultKind(text)
    except ValueError as error:
        near = [*get_close_matches(text, list(FaultKind), n=1), FaultKind.PREEMPT]
        raise UsageError(
            f"There is no fault {text!r}",
            why=f"known: {', '.join(FaultKind)}",
            fix=f"ampacity sandbox fault PROVIDER {near[0]}",
            code="AMP-SANDBOX-FAULT",
        ) from error


def _injector(module: str) -> Callable[[FaultKind, str | None, Path], None]:
    return cast(Callable[[FaultKind, str | None, Path], None], import_module(module).inject)
