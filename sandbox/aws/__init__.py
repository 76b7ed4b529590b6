"""A stand-in for AWS: moto's server in this process, and in front of it what moto lacks.

Added: idempotency of `ClientToken`, the price list, spot prices and spot requests, the Deep Learning
AMI's public parameter, refusal of unknown types and images, machines that take time to come up, and
faults. What it cannot prove: quotas, eventual consistency, real capacity, what cloud-init makes of
the first-boot data (a machine here never boots, so it never ends itself either), and signatures,
which are not checked. Machines live in memory: one stand-in a process, gone when it ends.

It knows these settings of the environment: `AMPACITY_SANDBOX_READY_SECONDS` (2) and
`AMPACITY_SANDBOX_SLOW_SECONDS` (5).
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ..faults import Faults
from .app import Application
from .settings import settings_from
from .stock import load_stock

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def create_app(faults: Faults, folder: Path) -> "WSGIApplication":
    """The stand-in, empty; `folder` is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Application(load_stock(), faults, settings_from())
