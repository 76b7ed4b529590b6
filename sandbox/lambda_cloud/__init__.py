"""A stand-in for Lambda Cloud (OpenAPI 1.10.0): its paths, fields, units, statuses and error bodies.

What it cannot prove: how long a real launch takes, what Lambda's rate limiter says, and whether its
lists lag behind its launches. It keeps machines in `state.sqlite3`, makes one throw-away key in
`api_key` where there is none (more may be added, one a line), and knows these settings of the
environment: `AMPACITY_SANDBOX_READY_SECONDS` (2), `AMPACITY_SANDBOX_SLOW_SECONDS` (5) and
`AMPACITY_SANDBOX_RATE_LIMIT` (off; `1` holds callers to the documented limits).
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ..faults import Faults
from .app import Application
from .settings import settings_from
from .stock import load_stock
from .store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def create_app(faults: Faults, folder: Path) -> "WSGIApplication":
    """The stand-in with its state in `folder`."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = settings_from(folder)
    store = Store(folder / "state.sqlite3", load_stock(), ready_seconds=settings.ready_seconds)
    return Application(store, faults, settings)
