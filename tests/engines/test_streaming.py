"""Long programs: their lines as they come, a sign of life in silence, and an end in every case."""

import os
import time
from pathlib import Path

import pytest

from ampacity.core.errors import TimedOutError
from ampacity.engines.streaming import ProgramFailedError, stream


def shell(script: str, folder: Path) -> list[str | None]:
    return list(stream(["/bin/sh", "-c", script], cwd=folder, environment=os.environ))


def test_lines_of_both_outputs_come_in_order_and_the_last_needs_no_end(tmp_path: Path) -> None:
    assert shell("echo one; echo two >&2; printf three", tmp_path) == ["one", "two", "three"]


def test_bytes_that_are_no_text_do_not_stop_it(tmp_path: Path) -> None:
    assert shell(r"printf '\377\n'", tmp_path) == ["\N{REPLACEMENT CHARACTER}"]


def test_silence_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ampacity.engines.streaming.HEARTBEAT_SECONDS", 0.02)
    heard = shell("sleep 0.2; echo end", tmp_path)
    assert heard[-1] == "end"
    assert None in heard


def test_a_failure_carries_only_the_end_of_the_output(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailedError) as caught:
        shell("seq 1 100; exit 3", tmp_path)
    assert str(caught.value).splitlines() == [str(number) for number in range(93, 101)]


def test_a_program_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ampacity.engines.streaming.HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr("ampacity.engines.streaming.LIMIT_SECONDS", 0.1)
    began = time.monotonic()
    with pytest.raises(TimedOutError):
        shell("sleep 60", tmp_path)
    assert time.monotonic() - began < 30


def test_input_is_empty_so_that_nothing_can_ask(tmp_path: Path) -> None:
    assert shell("cat; echo done", tmp_path) == ["done"]
