"""Nothing is lost when the engine, the plugin or the command line is killed while machines are made.

Three seeded rounds a victim and seller here; `scripts/faults` runs ten of each.
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import ampacity
from ampacity.engines import Engine

ROOT = Path(ampacity.__file__).resolve().parent

ROUNDS = 3
LONGEST_SECONDS = 1200
pytestmark = [
    pytest.mark.timeout(LONGEST_SECONDS + 60),
    pytest.mark.engine,
    pytest.mark.kubo,
    pytest.mark.moto,
    pytest.mark.slow,
]


@pytest.mark.parametrize(("seller", "destroys"), [("own", 1), ("akash", 0), ("aws", 0), ("lambda", 0)])
def test_after_a_kill_no_machine_is_outside_the_state_and_none_is_there_twice(
    engine: Callable[[str], Engine], seller: str, destroys: int
) -> None:
    for name in ("pulumi", "kubo"):
        engine(name)
    counts = ["--rounds", str(ROUNDS), "--destroys", str(destroys), "--seed", "20261121"]
    environment = {**os.environ, "AMPACITY_SANDBOX_READY_SECONDS": "1"}
    done = subprocess.run(
        [str(ROOT / "scripts" / "faults"), "--seller", seller, *counts],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_SECONDS,
    )
    rounds = 3 * (ROUNDS + destroys)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{rounds} of {rounds} rounds clean" in done.stdout
