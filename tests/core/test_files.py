"""Files are replaced whole or not at all, and a lock ends with its holder."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ampacity.core.files import exclusive_lock, write_atomic

HOLD = """\
import sys
from pathlib import Path
from ampacity.core.files import exclusive_lock
with exclusive_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(lock: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until its input ends or it is killed."""
    with subprocess.Popen(
        [sys.executable, "-P", "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


class PowerCutError(Exception):
    """Stands for the moment at which everything stops."""


def cut(*_: object, **__: object) -> None:
    raise PowerCutError


def test_a_file_and_its_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b"
    write_atomic(path, b"new", mode=0o600)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("moment", ["os.fsync", "pathlib.Path.replace", "pathlib.Path.chmod"])
def test_a_crash_before_the_end_leaves_the_old_bytes_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    path = tmp_path / "state"
    write_atomic(path, b"old")
    with monkeypatch.context() as patch:
        patch.setattr(moment, cut)
        with pytest.raises(PowerCutError):
            write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_bytes_are_on_disk_before_the_name_points_to_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(handle: int) -> None:
        order.append("fsync folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "fsync file")
        fsync(handle)

    def noted_replace(self: Path, target: Path) -> Path:
        order.append("replace")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    write_atomic(tmp_path / "state", b"new")
    assert order == ["fsync file", "replace", "fsync folder"]


def test_a_lock_held_by_another_process_is_refused_at_once(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path / "lock"), pytest.raises(BlockingIOError), exclusive_lock(tmp_path / "lock"):
        pytest.fail("two hold one lock")


def test_a_lock_held_in_this_process_is_refused_too(tmp_path: Path) -> None:
    with exclusive_lock(tmp_path / "lock"), pytest.raises(BlockingIOError), exclusive_lock(tmp_path / "lock"):
        pytest.fail("two hold one lock")


def test_a_lock_of_a_process_that_was_killed_is_free(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path / "lock") as holder:
        holder.kill()
        assert holder.wait(timeout=10) < 0
        with exclusive_lock(tmp_path / "lock") as handle:
            assert os.fstat(handle).st_ino == (tmp_path / "lock").stat().st_ino


def test_a_lock_can_be_taken_again_after_an_error_inside_it(tmp_path: Path) -> None:
    with pytest.raises(PowerCutError), exclusive_lock(tmp_path / "lock"):
        cut()
    with exclusive_lock(tmp_path / "lock"):
        pass


def test_waiting_ends_when_the_holder_lets_go(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path / "lock") as holder:
        assert holder.stdin is not None
        holder.stdin.close()
        with exclusive_lock(tmp_path / "lock", wait=True):
            assert holder.wait(timeout=10) == 0


def test_a_child_that_was_given_the_lock_keeps_it(tmp_path: Path) -> None:
    with exclusive_lock(tmp_path / "lock") as handle:
        child = subprocess.Popen(["sleep", "60"], pass_fds=[handle])
    try:
        with pytest.raises(BlockingIOError), exclusive_lock(tmp_path / "lock"):
            pytest.fail("the child holds it")
    finally:
        child.kill()
        child.wait()
    with exclusive_lock(tmp_path / "lock"):
        pass
