"""Where a part of the running sandbox is found."""

from pathlib import Path

from ..core.errors import MissingError
from .part import StandInPart
from .places import layout
from .process import running_in
from .table import FILES, STAND_INS

DOWN = "AMP-SANDBOX-DOWN"


def endpoint_of(provider: str, folder: Path) -> str:
    """Where the stand-in of `provider` listens. Raises `MissingError` where it does not run."""
    endpoint = StandInPart(name=provider, folder=folder).endpoint()
    if running_in(folder) is None or endpoint is None:
        raise MissingError(
            f"The stand-in of {provider} does not run",
            why=f"the process recorded in {folder} has ended",
            fix="ampacity sandbox up",
            code=DOWN,
        )
    return endpoint


def folder_of(provider: str) -> Path:
    """The folder of `provider` in the sandbox. Raises `MissingError` for one that is not there, or while it is down."""
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
