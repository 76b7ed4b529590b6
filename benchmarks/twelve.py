"""Twelve machines that need two seconds each, on the AWS stand-in: from the engine's start to all of them up.

    python benchmarks/twelve.py [--rounds 5]

No order of work can beat the two seconds that one machine needs, so they are the physical limit;
three are allowed beside the engine's start. That start is an `up` of the same stack with nothing to
do, measured in the same round. The stand-in is a process of its own on the same cores, and its moto
answers one call at a time. Every machine is removed after each round; medians and minima are printed,
and beside them what AWS's own SDK takes to load in a fresh process, which every plugin pays once.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from workshop import demand, machines_of, measure, offers_in, settings_in

from ampacity.providers.base import Market, OfferQuery
from ampacity.provisioning.engine import EngineStack
from ampacity.provisioning.machines import MachineInputs

MACHINES = 12
READY_SECONDS = 2.0
LIMIT_SECONDS = 3.0
WAIT_SECONDS = 60.0
SDK = """
import boto3
session = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none", region_name="us-east-1")
session.client("ssm"), session.client("ec2")
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ampacity-bench.") as name, stand_in(Path(name) / "aws") as endpoint:
        stack = EngineStack(settings_in(Path(name), "aws", f'endpoint = "{endpoint}"'))
        query = OfferQuery(gpu_models=("A100",), regions=("us-east-1",), markets=(Market.ON_DEMAND,))
        machines = machines_of(offers_in(Path(name), "aws", query)[0], MACHINES)
        stack.create()
        report([one_round(stack, machines) for _ in range(wanted.rounds)])


@contextmanager
def stand_in(folder: Path) -> Iterator[str]:
    """The AWS stand-in as a process; its endpoint."""
    serve = [sys.executable, "-P", "-m", "ampacity.sandbox.serve", "aws", "--folder", str(folder)]
    process = subprocess.Popen(serve, env={**os.environ, "AMPACITY_SANDBOX_READY_SECONDS": str(READY_SECONDS)})
    try:
        yield f"http://127.0.0.1:{_port(folder / 'port')}"
    finally:
        process.terminate()
        process.wait()


def _port(file: Path) -> int:
    end = time.monotonic() + WAIT_SECONDS
    while not file.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return int(file.read_text(encoding="ascii"))


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """Wall clock of one round. `sdk_seconds` is for the SDK alone, Python's own start included."""

    up_seconds: float
    start_seconds: float
    sdk_seconds: float

    @property
    def beside_seconds(self) -> float:
        """What the twelve take beside the engine's start."""
        return self.up_seconds - self.start_seconds


def one_round(stack: EngineStack, machines: list[MachineInputs]) -> Round:
    """Make all, do nothing, remove all, and load the SDK."""
    up = measure(lambda: demand(stack.up(machines), ["create"] * MACHINES))
    start = measure(lambda: demand(stack.up(machines), ["same"] * MACHINES))
    demand(stack.destroy(), ["delete"] * MACHINES)
    sdk = measure(lambda: subprocess.run([sys.executable, "-c", SDK], check=True))
    return Round(up_seconds=up.wall_seconds, start_seconds=start.wall_seconds, sdk_seconds=sdk.wall_seconds)


def report(rounds: list[Round]) -> None:
    """Medians and minima."""
    print(f"{MACHINES} machines, {len(rounds)} rounds, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    columns = {
        "all up": [one.up_seconds for one in rounds],
        "engine's start": [one.start_seconds for one in rounds],
        f"difference, limit {LIMIT_SECONDS}": [one.beside_seconds for one in rounds],
        "of it, loading boto3": [one.sdk_seconds for one in rounds],
    }
    for name, seconds in columns.items():
        print(f"  {name:24} median {statistics.median(seconds):6.2f} s   least {min(seconds):6.2f} s")
    ratio = statistics.median(one.beside_seconds / READY_SECONDS for one in rounds)
    print(f"  ratio to the {READY_SECONDS:.0f} s of one machine {ratio:6.2f}   limit {LIMIT_SECONDS / READY_SECONDS}")


if __name__ == "__main__":
    main()
