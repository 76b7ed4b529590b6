"""Makers of offers, specs and requests with everything that a test does not care about filled in."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from ampacity.core.digests import Digest, digest_bytes
from ampacity.planning.build import PlanRequest, build_plan
from ampacity.planning.change import replace_digest
from ampacity.planning.highs import Highs
from ampacity.planning.load import spec_digest
from ampacity.planning.plan import BaseState, Plan, RunningMachine
from ampacity.planning.spec import Spec
from ampacity.providers.base import Claim, Gpu, Market, Offer, PricePart

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
NONE_YET = BaseState(deployment=None, digest=digest_bytes(b"nothing"))
KEY = "ssh-ed25519 AAAA test"

MINIMAL = """\
schema: ampacity.spec/1
name: train
gpu: {models: [H100], count: 16, memory_gib: 80}
hours: 72
ttl_hours: 96
"""


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def solver() -> Highs:
    return Highs()


@pytest.fixture(scope="session")
def offer() -> Callable[..., Offer]:
    """An offer of 8 H100 by `aws` in `us-east-1` at 20 USD per hour, but for what is given."""
    return _offer


def _offer(sku: str = "h100x8", usd: str | None = "20", gpus: int = 8, model: str = "H100", **fields: Any) -> Offer:
    price = () if usd is None else (PricePart(name="compute", usd_per_hour=Decimal(usd)),)
    whole: dict[str, Any] = {
        "provider": "aws",
        "region": "us-east-1",
        "market": Market.ON_DEMAND,
        "gpu": Gpu(model=model, count=gpus, memory_gib=80),
        "claim": Claim.OFFERED,
        "source": "a test",
        "observed_at": NOW,
        "vcpu": 192,
        "ram_gib": Decimal(2048),
        "disk_gib": 1000,
    }
    return Offer(sku=sku, price=price, **(whole | fields))


@pytest.fixture(scope="session")
def spec() -> Callable[..., Spec]:
    """Sixteen H100 for 72 h, gone after 96 h, but for what is given in the spec's own words."""
    return _spec


def _spec(**keys: Any) -> Spec:
    whole: dict[str, Any] = {
        "schema": "ampacity.spec/1",
        "name": "train",
        "gpu": {"models": ["H100"], "count": 16},
        "hours": 72,
        "ttl_hours": 96,
    }
    return msgspec.convert(whole | keys, Spec)


@pytest.fixture
def spec_file(tmp_path: Path) -> Callable[[str], Path]:
    """A file with the text that is given."""

    def write(text: str) -> Path:
        path = tmp_path / "spec.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def minimal() -> str:
    return MINIMAL


@pytest.fixture(scope="session")
def request_for() -> Callable[..., PlanRequest]:
    """A request of `spec` over `offers`, with nothing running, but for what is given."""
    return _request


def _request(spec: Spec, offers: Sequence[Offer], **fields: Any) -> PlanRequest:
    whole: dict[str, Any] = {
        "limits": (),
        "base": NONE_YET,
        "context": "test",
        "tool": "ampacity test",
        "now": NOW,
        "valid_for": timedelta(hours=1),
        "ssh_public_key": KEY,
        "user_data": None,
        "sites": None,
    }
    return PlanRequest(spec=spec, spec_digest=spec_digest(spec), offers=offers, **(whole | fields))


@pytest.fixture(scope="session")
def plan_for(solver: Highs) -> Callable[..., Plan]:
    """The plan for a `spec` over `offers`."""

    def make(spec: Spec, offers: Sequence[Offer], **fields: Any) -> Plan:
        return build_plan(_request(spec, offers, **fields), solver)

    return make


@pytest.fixture(scope="session")
def running() -> Callable[..., RunningMachine]:
    """A machine that runs on `offer`, made from the very inputs that `request_for` plans with."""
    return _running


def _running(name: str, offer: Offer, **fields: Any) -> RunningMachine:
    inputs = replace_digest(offer, image="default", disk_gib=100, ssh_public_key=KEY, user_data=None)
    whole: dict[str, Any] = {"inputs": inputs, "alive": True, "ends_at": NOW + timedelta(hours=90)}
    return RunningMachine(name=name, offer=offer, **(whole | fields))


@pytest.fixture(scope="session")
def base_of() -> Callable[..., BaseState]:
    """The base state of machines that run."""

    def make(*machines: RunningMachine) -> BaseState:
        digest: Digest = digest_bytes(" ".join(machine.name for machine in machines).encode())
        return BaseState(deployment="0" * 32, digest=digest, machines=machines)

    return make


class Makers(NamedTuple):
    """All the makers, for helpers of a test."""

    spec: Callable[..., Spec]
    offer: Callable[..., Offer]
    running: Callable[..., RunningMachine]
    base_of: Callable[..., BaseState]
    request_for: Callable[..., PlanRequest]


@pytest.fixture(scope="session")
def makers(base_of: Callable[..., BaseState]) -> Makers:
    return Makers(spec=_spec, offer=_offer, running=_running, base_of=base_of, request_for=_request)
