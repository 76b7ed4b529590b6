"""`ampacity --help` and `ampacity plan --help` against `python -c "import typer"`, in the same run.

    python benchmarks/startup.py [--rounds 21]

Typer is what the command line stands on, so importing it is the floor. CPU time of the child is
compared, user and system. Rounds alternate; the medians of the ratios and the minima are printed.
"""

import argparse
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from workshop import measure

PEER = 'python -c "import typer"'
AMPACITY = str(Path(sys.executable).with_name("ampacity"))
COMMANDS: dict[str, list[str]] = {
    PEER: [sys.executable, "-c", "import typer"],
    "ampacity --help": [AMPACITY, "--help"],
    "ampacity plan --help": [AMPACITY, "plan", "--help"],
}
LIMIT = 2.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=21)
    wanted = parser.parse_args()
    for command in COMMANDS.values():
        cpu_seconds(command)  # bytecode and page cache are warm from here on
    report([{name: cpu_seconds(command) for name, command in COMMANDS.items()} for _ in range(wanted.rounds)])


def cpu_seconds(command: Sequence[str]) -> float:
    """CPU time of one run; what this process spends on starting it is the same for all."""
    return measure(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)).cpu_seconds


def report(rounds: list[dict[str, float]]) -> None:
    """Medians of ratios, and minima."""
    for name in COMMANDS:
        least = min(spent[name] for spent in rounds)
        ratio = statistics.median(spent[name] / spent[PEER] for spent in rounds)
        limit = "" if name == PEER else f"   limit {LIMIT:.1f}"
        print(f"{name:26} {least * 1000:6.0f} ms CPU at least   ratio {ratio:5.2f}{limit}")


if __name__ == "__main__":
    main()
