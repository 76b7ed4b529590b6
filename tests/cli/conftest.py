"""The command line as a process, in a home of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ampacity.cli.spoken import speak_of_nothing
from ampacity.core.digests import digest_bytes
from ampacity.planning.build import PlanRequest, build_plan
from ampacity.planning.highs import Highs
from ampacity.planning.load import spec_digest
from ampacity.planning.plan import BaseState, Plan
from ampacity.planning.spec import Spec
from ampacity.providers.base import Claim, Gpu, Market, Offer, PricePart

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
SPEC = {
    "schema": "ampacity.spec/1",
    "name": "train",
    "gpu": {"models": ["H100"], "count": 16},
    "hours": 72,
    "ttl_hours": 96,
}
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def unspoken() -> Iterator[None]:
    """No test speaks of what another's command was about."""
    speak_of_nothing()
    yield
    speak_of_nothing()


@pytest.fixture
def ampacity(tmp_path: Path) -> Run:
    """Runs `ampacity` with no terminal, configuration and data in a temporary folder."""
    environment = {
        **os.environ,
        "AMPACITY_CONFIG": str(tmp_path / "config.toml"),
        "AMPACITY_DATA": str(tmp_path / "data"),
        "COLUMNS": "80",
    }
    environment.pop("AMPACITY_CONTEXT", None)

    def run(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-c", "from ampacity.cli.main import main; main()", *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=environment | extra,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def offer() -> Callable[..., Offer]:
    """An offer of 8 H100 by `hall` at 20 USD per hour, but for what is given."""

    def make(usd: str = "20", **fields: Any) -> Offer:
        whole: dict[str, Any] = {
            "provider": "hall",
            "sku": "box",
            "region": "here",
            "market": Market.ON_DEMAND,
            "gpu": Gpu(model="H100", count=8, memory_gib=80),
            "claim": Claim.OFFERED,
            "source": "a test",
            "observed_at": NOW,
            "vcpu": 192,
            "ram_gib": Decimal(2048),
            "disk_gib": 1000,
        }
        return Offer(price=(PricePart(name="compute", usd_per_hour=Decimal(usd)),), **(whole | fields))

    return make


@pytest.fixture
def plan_for(offer: Callable[..., Offer]) -> Callable[..., Plan]:
    """The plan of two machines of 8 H100 by `offer`, but for what is given of its request."""

    def make(spec: dict[str, Any] | None = None, **fields: Any) -> Plan:
        wanted = msgspec.convert(SPEC | (spec or {}), Spec)
        whole: dict[str, Any] = {
            "offers": (offer(),),
            "limits": (),
            "base": BaseState(deployment=None, digest=digest_bytes(b"nothing")),
            "context": "test",
            "tool": "ampacity test",
            "now": NOW,
            "valid_for": timedelta(hours=1),
            "ssh_public_key": "ssh-ed25519 AAAA test",
            "user_data": None,
            "sites": None,
        }
        return build_plan(PlanRequest(spec=wanted, spec_digest=spec_digest(wanted), **(whole | fields)), Highs())

    return make
