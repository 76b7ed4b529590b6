"""What the benchmarks share: stopwatches, and stacks on the real engine in a folder of their own."""

import resource
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from ampacity.core.contexts import choose_context
from ampacity.core.digests import Digest
from ampacity.engines import find
from ampacity.planning.change import replace_digest
from ampacity.providers.base import Offer, OfferQuery
from ampacity.providers.table import open_provider
from ampacity.provisioning.engine import EngineResult, EngineSettings
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.plugin.settings import PluginSettings

CONTEXT = "bench"
NOBODYS_PLAN = Digest("sha256:" + "0" * 64)
DEPLOYMENT = "0123456789abcdef0123456789abcdef"


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What a piece of work took: wall clock, and CPU time of this process and its ended children."""

    wall_seconds: float
    cpu_seconds: float


def measure(work: Callable[[], object]) -> Spent:
    """What `work` takes."""
    wall, cpu = time.perf_counter(), _cpu_seconds()
    work()
    return Spent(wall_seconds=time.perf_counter() - wall, cpu_seconds=_cpu_seconds() - cpu)


def _cpu_seconds() -> float:
    spent = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


def settings_in(folder: Path, provider: str, provider_toml: str) -> EngineSettings:
    """A stack in `folder` whose plugin sells from one seller, which `provider_toml` configures."""
    config = folder / "config.toml"
    lines = [f"[contexts.{CONTEXT}]", "loopback = true", f"[contexts.{CONTEXT}.providers.{provider}]", provider_toml]
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    plugin = PluginSettings(context_file=config, context_name=CONTEXT, journal=folder / "journal")
    return EngineSettings(
        program=find("pulumi").path,
        home=folder / "home",
        backend=folder / "state",
        stack="bench",
        passphrase="nothing secret is kept here",
        plugin_environment=plugin.environment(),
    )


def offers_in(folder: Path, provider: str, query: OfferQuery) -> list[Offer]:
    """What the seller of `settings_in` offers."""
    context = choose_context(CONTEXT, config_path=folder / "config.toml").context
    return [row for row in open_provider(provider, context).offers(query) if isinstance(row, Offer)]


def machines_of(offer: Offer, count: int) -> list[MachineInputs]:
    """Inputs of `count` machines by one offer."""
    wanted = replace_digest(offer, image="default", disk_gib=500, ssh_public_key=None, user_data=None)
    return [
        MachineInputs(
            name=f"node-{number}",
            deployment=DEPLOYMENT,
            deployment_name="bench",
            plan=NOBODYS_PLAN,
            replace=wanted,
            offer=offer,
            image="default",
            disk_gib=500,
        )
        for number in range(count)
    ]


def demand(result: EngineResult, ops: Iterable[str]) -> None:
    """Raise unless the run went well and did exactly these operations."""
    done, wanted = [change.op.value for change in result.changes], list(ops)
    if not result.ok or done != wanted:
        raise SystemExit(f"expected {wanted}, got {done}; the engine's log is {result.log}")
