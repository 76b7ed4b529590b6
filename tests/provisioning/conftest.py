"""A toy cloud, the plugin's bench over it, and stacks on the real engine."""

import importlib.util
import os
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from ampacity.core.digests import Digest, digest_bytes
from ampacity.engines import Engine
from ampacity.planning.change import replace_digest
from ampacity.providers.base import Claim, Gpu, Market, Offer, PricePart
from ampacity.provisioning.engine import EngineSettings, EngineStack
from ampacity.provisioning.journal import Journal
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.plugin.bench import Bench
from ampacity.provisioning.plugin.sellers import Sellers
from ampacity.provisioning.plugin.settings import PluginSettings

TOY_FOLDER = Path(__file__).parent / "toy"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DEPLOYMENT = "0123456789abcdef0123456789abcdef"
SECRET = "hunter2-the-secret-user-data"


@pytest.fixture(scope="session")
def toy() -> ModuleType:
    """The toy seller's module."""
    return _load("toy_seller")


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TOY_FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def cloud(toy: ModuleType, tmp_path: Path) -> Any:
    return toy.Cloud(tmp_path / "cloud.db")


@pytest.fixture
def hall(toy: ModuleType, cloud: Any) -> Any:
    """The toy auction hall on the toy cloud's file."""
    return _load("toy_auction").Hall(cloud)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


@pytest.fixture
def bench(toy: ModuleType, cloud: Any, journal: Journal) -> Bench:
    """What the plugin's operations work with, in this process, on the toy cloud."""
    sellers = Sellers(lambda _name: toy.Toy(cloud))
    return Bench(sellers=sellers, journal=journal, stop=threading.Event(), settle_seconds=0.3)


@pytest.fixture
def offer() -> Offer:
    return Offer(
        provider="toy",
        sku="toy-8",
        region="toy-1",
        market=Market.ON_DEMAND,
        gpu=Gpu(model="H100", count=8, memory_gib=80),
        claim=Claim.AVAILABLE,
        source="test",
        observed_at=NOW,
        price=(PricePart(name="compute", usd_per_hour=Decimal("23.92")),),
        provider_ref={"type": "toy-8"},
    )


@pytest.fixture
def machine(offer: Offer) -> Callable[..., MachineInputs]:
    """Inputs of one machine by name; other fields can be given."""

    def build(name: str = "node-0", **fields: Any) -> MachineInputs:
        image = fields.get("image", "default")
        data = digest_bytes(SECRET.encode())
        replace = replace_digest(offer, image=image, disk_gib=100, ssh_public_key="ssh-ed25519 AAAA", user_data=data)
        plain = MachineInputs(
            name=name,
            deployment=DEPLOYMENT,
            deployment_name="train",
            plan=Digest("sha256:" + "0" * 64),
            replace=replace,
            offer=offer,
            image="default",
            disk_gib=100,
            ssh_public_key="ssh-ed25519 AAAA",
            user_data=SECRET,
            max_usd_per_hour=Decimal("25.1"),
        )
        return msgspec.structs.replace(plain, **fields)

    return build


def _write_context(folder: Path) -> Path:
    """A context whose sellers are the toys, known by entry points of a package made here."""
    info = folder / "site" / "toy_seller-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-seller\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(
        "[ampacity.providers]\ntoy = toy_seller\nhall = toy_auction\n", encoding="utf-8"
    )
    file = folder / "config.toml"
    database = folder / "cloud.db"
    file.write_text(
        "".join(f'[contexts.test.providers.{name}.options]\nfile = "{database}"\n' for name in ("toy", "hall")),
        encoding="utf-8",
    )
    return file


@pytest.fixture
def engine_settings(tmp_path: Path, cloud: Any, engine: Callable[[str], Engine]) -> EngineSettings:
    """A stack on the real engine; its plugin sells from the toy cloud."""
    plugin = PluginSettings(
        context_file=_write_context(tmp_path),
        context_name="test",
        journal=tmp_path / "journal",
        settle_seconds=1.0,
    )
    path = f"{tmp_path / 'site'}{os.pathsep}{TOY_FOLDER}"
    return EngineSettings(
        program=engine("pulumi").path,
        home=tmp_path / "pulumi home",
        backend=tmp_path / "state of things",
        stack="train",
        passphrase="correct horse",
        plugin_environment=plugin.environment() | {"PYTHONPATH": path},
        ready_seconds=20,
    )


@pytest.fixture
def stack(engine_settings: EngineSettings) -> EngineStack:
    made = EngineStack(engine_settings)
    made.create()
    return made
