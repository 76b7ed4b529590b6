"""Our CID builder against the plain sha256 of the same file, in the same run.

    python benchmarks/hashing.py [--mib 512] [--rounds 5]

A CID cannot be had without hashing every byte, so plain `hashlib.sha256` over 1 MiB reads is the
limit for one core. The builder hashes in two threads; both wall clock and CPU time are compared.
Rounds alternate, the page cache is warm, and medians of ratios are printed: above 1 is faster than
plain on wall clock, and 1 is no CPU time beside the hashing.
"""

import argparse
import hashlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ampacity.artifacts import compute

MIB = 1 << 20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=512, help="size of the file")
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "weights.bin"
        _fill(file, wanted.mib)
        plain(file), compute(file)
        rounds = [(measure(lambda: plain(file)), measure(lambda: compute(file))) for _ in range(wanted.rounds)]
    report(rounds, wanted.mib)


def _fill(file: Path, mib: int) -> None:
    with file.open("wb") as out:
        for _ in range(mib):
            out.write(os.urandom(MIB))


def plain(file: Path) -> str:
    """The peer: the whole file's sha256."""
    digest = hashlib.sha256()
    with file.open("rb", buffering=0) as data:
        while piece := data.read(MIB):
            digest.update(piece)
    return digest.hexdigest()


def measure(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of `work`."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def report(rounds: list[tuple[tuple[float, float], tuple[float, float]]], mib: int) -> None:
    """Medians over the rounds."""
    megabytes = mib * MIB / 1e6
    peer = statistics.median(one[0] for one, _ in rounds)
    ours = statistics.median(two[0] for _, two in rounds)
    wall = statistics.median(one[0] / two[0] for one, two in rounds)
    cpu = statistics.median(one[1] / two[1] for one, two in rounds)
    print(f"plain sha256     {megabytes / peer:8.0f} MB/s")
    print(f"unixfs-v1-2025   {megabytes / ours:8.0f} MB/s")
    print(f"ratio, wall      {wall:8.2f}")
    print(f"ratio, CPU time  {cpu:8.2f}")


if __name__ == "__main__":
    main()
