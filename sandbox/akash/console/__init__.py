"""The Console API: prices, stock, screening, and a managed wallet behind an API key (OpenAPI of August 2026).

What it cannot prove: what the real Console's rate limits and caches do, whether its own bid list is as complete
as the chain's (one operator saw it empty), and payment by card.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ..market import Market
from ..settings import Settings
from .app import Console

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def create_console(market: Market, folder: Path, settings: Settings) -> "WSGIApplication":
    """Its paths; the managed wallet and its throw-away API key are made in `folder` where there are none."""
    return Console(market, folder, ready_seconds=settings.ready_seconds)
