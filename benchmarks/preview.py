"""A no-op preview of ten machines through our driver, against the same engine and plugin called bare.

    python benchmarks/preview.py [--rounds 11]

The peer is one `pulumi preview` of the same stack: the same plugin, a language host that registers
ten messages made beforehand, and nothing else: no event log, no result. This process imports and
connects beforehand for both. Rounds alternate and wall clock is compared, twice: with the plugin
started by the engine, as it is in real life, and with one that already runs, which leaves Python's
start out of the plugin too. The seller is a site of one's own; a preview asks it nothing.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from bare import Bare
from workshop import demand, machines_of, measure, offers_in, settings_in

from ampacity.providers.base import OfferQuery
from ampacity.provisioning.engine import EngineSettings, EngineStack
from ampacity.provisioning.engine.install import plugin_path
from ampacity.provisioning.engine.settings import child_environment
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.plugin.identity import PACKAGE

MACHINES = 10
LIMIT = 1.5
SITES = """\
schema: ampacity.sites/1
node_types:
  node: {gpu: {model: H100, count: 8, memory_gib: 80}, vcpu: 64, ram_gib: 512, power: {nameplate_kw: 1}}
sites:
  here:
    region: us-here-own
    racks:
      r1:
        feeds: {a: {volts: 400, amps: 63, derate: 1}}
        nodes:
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ampacity-bench.") as name:
        settings = racks_in(Path(name))
        machines = machines_of(offers_in(Path(name), "own", OfferQuery())[0], MACHINES)
        stack = EngineStack(settings)
        stack.create()
        demand(stack.up(machines), ["create"] * MACHINES)
        compare("plugin started by the engine", settings, machines, wanted.rounds)
        with attached(settings, Path(name)) as running:
            compare("plugin already running", running, machines, wanted.rounds)


def racks_in(folder: Path) -> EngineSettings:
    """A stack that takes nodes of one rack."""
    nodes = [f"          n{number:02}: {{type: node}}\n" for number in range(MACHINES)]
    sites = folder / "sites.yaml"
    sites.write_text(SITES + "".join(nodes), encoding="utf-8")
    return settings_in(folder, "own", f'options.sites = "{sites}"')


@contextmanager
def attached(settings: EngineSettings, folder: Path) -> Iterator[EngineSettings]:
    """The same stack with a plugin that runs already, named to the engine by a program in between."""
    plugin = subprocess.Popen(
        [str(plugin_path(settings.home))], env=child_environment(settings), stdout=subprocess.PIPE, text=True
    )
    try:
        port = int(plugin.stdout.readline()) if plugin.stdout else 0
        program = folder / "pulumi"
        program.write_text(
            f'#!/bin/sh\nPULUMI_DEBUG_PROVIDERS={PACKAGE}:{port} exec "{settings.program}" "$@"\n', encoding="utf-8"
        )
        program.chmod(0o700)
        yield msgspec.structs.replace(settings, program=program)
    finally:
        plugin.kill()
        plugin.wait()


def compare(title: str, settings: EngineSettings, machines: list[MachineInputs], rounds: int) -> None:
    """Alternate, and print medians and minima."""
    stack, pairs = EngineStack(settings), []
    with Bare(settings, machines) as bare:
        bare.preview()
        stack.preview(machines)
        for _ in range(rounds):
            theirs = measure(bare.preview)
            ours = measure(lambda: demand(stack.preview(machines), ["same"] * MACHINES))
            pairs.append((theirs, ours))
    print(f"{title} ({rounds} rounds, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f})")
    for name, column in (("bare", 0), ("ours", 1)):
        walls = [pair[column].wall_seconds for pair in pairs]
        print(f"  {name}   median {statistics.median(walls):5.2f} s   least {min(walls):5.2f} s")
    ratio = statistics.median(ours.wall_seconds / theirs.wall_seconds for theirs, ours in pairs)
    print(f"  ratio  {ratio:12.2f}                   limit {LIMIT}")


if __name__ == "__main__":
    main()
