"""Types that threads decode for the first time, all at once."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys, threading
import msgspec
from ampacity.core.shapes import ready
sys.setswitchinterval(1e-6)

class Inner(msgspec.Struct, forbid_unknown_fields=True):
    x: int
    y: str | None = None

class Middle(msgspec.Struct):
    named: dict[str, Inner]
    listed: tuple[Inner, ...]

class Outer(msgspec.Struct):
    middle: Middle
    others: list[Middle]
    inner: Inner

middle = {"named": {"k": {"x": 1}}, "listed": [{"x": 2}]}
data = {"middle": middle, "others": [middle], "inner": {"x": 3}}
together = threading.Barrier(12)
found = []

def decode():
    together.wait()
    found.append(msgspec.convert(data, ready(Outer)).others[0].listed[0].x)

threads = [threading.Thread(target=decode) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(found)
"""


@pytest.mark.slow
def test_twelve_threads_that_decode_a_type_at_once_all_get_it_and_the_process_lives() -> None:
    # Without `ready` about every third such process dies of a segmentation fault.
    for _ in range(12):
        done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stdout.strip()) == (0, str([2] * 12)), done.stderr
