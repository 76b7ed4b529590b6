"""The makers' own installers, for people whose network reaches them. Untested here, never the default."""

import subprocess
from pathlib import Path

from ..core.errors import MissingError


def install_pulumi(folder: Path) -> None:
    """Let Pulumi's Automation API download the CLI of the SDK's version into `folder`/bin."""
    from pulumi.automation import PulumiCommand

    try:
        PulumiCommand.install(root=str(folder))
    except (OSError, subprocess.CalledProcessError) as error:
        raise MissingError(
            "Pulumi's own installer failed",
            why=f"{type(error).__name__}: {error}",
            fix="ampacity engines install pulumi",
            code="AMP-ENGINE-MISSING",
        ) from error
