"""Faults: counted exactly, between threads and processes, and free where there are none."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ampacity.sandbox.faults import Fault, FaultKind, Faults


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    return Faults(tmp_path)


def test_without_faults_there_is_no_file_and_nothing_to_take(faults: Faults, tmp_path: Path) -> None:
    assert faults.take(FaultKind.CAPACITY) is None
    assert faults.list() == []
    assert list(tmp_path.iterdir()) == []


def test_a_fault_happens_as_often_as_it_was_asked_for(faults: Faults, tmp_path: Path) -> None:
    faults.inject(FaultKind.THROTTLE, count=2)
    taken = [faults.take(FaultKind.THROTTLE) for _ in range(3)]
    assert [fault and fault.count for fault in taken] == [2, 1, None]
    assert not (tmp_path / "faults.json").exists()


def test_kinds_do_not_meet(faults: Faults) -> None:
    faults.inject(FaultKind.SLOW)
    assert faults.take(FaultKind.BAD_JSON) is None
    assert faults.take(FaultKind.SLOW) is not None


def test_a_fault_for_one_machine_is_not_shown_to_another(faults: Faults) -> None:
    faults.inject(FaultKind.PREEMPT, machine="m1")
    assert faults.take(FaultKind.PREEMPT, "m2") is None
    assert faults.take(FaultKind.PREEMPT, "m1") == Fault(kind=FaultKind.PREEMPT, machine="m1", count=1)


def test_a_fault_for_a_machine_that_is_not_there_is_forgotten_and_the_others_stay(faults: Faults) -> None:
    faults.inject(FaultKind.PREEMPT, machine="typo")
    faults.inject(FaultKind.PREEMPT, machine="m1")
    faults.inject(FaultKind.PREEMPT)
    faults.inject(FaultKind.CAPACITY, machine="typo")
    faults.forget_strangers(FaultKind.PREEMPT, {"m1", "m2"})
    assert [(fault.kind, fault.machine) for fault in faults.list()] == [
        (FaultKind.PREEMPT, "m1"),
        (FaultKind.PREEMPT, None),
        (FaultKind.CAPACITY, "typo"),
    ]


def test_a_fault_for_anyone_is_shown_to_the_first_who_asks(faults: Faults) -> None:
    faults.inject(FaultKind.PREEMPT)
    assert faults.take(FaultKind.PREEMPT, "m7") is not None


def test_who_asks_about_no_machine_gets_the_oldest(faults: Faults) -> None:
    faults.inject(FaultKind.PREEMPT, machine="m1")
    faults.inject(FaultKind.PREEMPT, machine="m2")
    taken = faults.take(FaultKind.PREEMPT)
    assert taken is not None
    assert taken.machine == "m1"


def test_a_moved_price_stays_moved_until_cleared(faults: Faults) -> None:
    faults.inject(FaultKind.PRICE_MOVED)
    assert faults.take(FaultKind.PRICE_MOVED) == faults.take(FaultKind.PRICE_MOVED) is not None
    faults.clear(FaultKind.PRICE_MOVED)
    assert faults.peek(FaultKind.PRICE_MOVED) is None


def test_looking_uses_nothing_up(faults: Faults) -> None:
    faults.inject(FaultKind.SLOW)
    assert faults.peek(FaultKind.SLOW) == faults.peek(FaultKind.SLOW) is not None


def test_clearing_one_kind_leaves_the_others(faults: Faults) -> None:
    faults.inject(FaultKind.SLOW)
    faults.inject(FaultKind.BAD_JSON)
    faults.clear(FaultKind.SLOW)
    assert [fault.kind for fault in faults.list()] == [FaultKind.BAD_JSON]
    faults.clear()
    assert faults.list() == []


@pytest.mark.parametrize("count", [0, -1])
def test_a_fault_that_never_happens_is_refused(faults: Faults, count: int) -> None:
    with pytest.raises(ValueError, match="at least once"):
        faults.inject(FaultKind.SLOW, count=count)


def test_threads_never_take_one_fault_twice(faults: Faults) -> None:
    faults.inject(FaultKind.CAPACITY, count=20)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: faults.take(FaultKind.CAPACITY), range(40)))
    assert sum(fault is not None for fault in taken) == 20


TAKER = """
import sys
from pathlib import Path
from ampacity.sandbox.faults import FaultKind, Faults
faults = Faults(Path(sys.argv[1]))
print(sum(faults.take(FaultKind.CAPACITY) is not None for _ in range(30)))
"""


def test_processes_never_take_one_fault_twice(faults: Faults, tmp_path: Path) -> None:
    faults.inject(FaultKind.CAPACITY, count=40)
    command = [sys.executable, "-P", "-c", TAKER, str(tmp_path)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as one,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as two,
    ):
        taken = [int(child.communicate(timeout=60)[0]) for child in (one, two)]
    assert sum(taken) == 40
