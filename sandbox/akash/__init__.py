"""A stand-in for Akash: its chain, its bidders, its Console and its providers' gateways, in one process.

The chain's REST and the Console's API answer on one port, by their paths; each provider's gateway has a
TLS port of its own, which it registers on the chain. All is kept in `market.json`; one throw-away API key
is made in `api_key`. Accounts named in `funded` (an address a line) are given money when the stand-in
starts. Settings of the environment: `AMPACITY_SANDBOX_BLOCK_SECONDS` (1, for a new folder),
`AMPACITY_SANDBOX_READY_SECONDS` (2) and `AMPACITY_SANDBOX_SLOW_SECONDS` (5).
What it cannot prove: see docs/sandbox.md.
"""

from pathlib import Path

from ..faults import Faults
from .app import Application
from .console import create_console
from .funding import fund_listed
from .gateway import Gateways
from .market import Market
from .settings import settings_from
from .stock import load_stock


def create_app(faults: Faults, folder: Path) -> Application:
    """The stand-in with its state in `folder`. Its gateways listen until it is closed, or the process ends."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = settings_from()
    market = Market(folder, faults, load_stock(), block_seconds=settings.block_seconds)
    fund_listed(market, folder)
    gateways = Gateways(market, folder, ready_seconds=settings.ready_seconds)
    return Application(market, create_console(market, folder, settings), faults, settings, gateways)
