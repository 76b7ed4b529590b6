"""Who watches a terminal is told that something takes its time; a pipe is not."""

import sys
from threading import Event

import pytest

from ampacity.cli import notices
from ampacity.core.errors import UsageError


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(notices, "say", lines.append)
    return lines


def test_what_takes_long_is_told_while_it_does(monkeypatch: pytest.MonkeyPatch, told: list[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    said = Event()

    def say(line: str) -> None:
        told.append(line)
        said.set()

    monkeypatch.setattr(notices, "say", say)
    with notices.said_if_slow("asking", seconds=0.01):
        assert said.wait(10)
    assert told == ["asking"]


def test_what_is_done_in_time_is_not_told(monkeypatch: pytest.MonkeyPatch, told: list[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with notices.said_if_slow("asking", seconds=60):
        pass
    assert told == []


def test_a_pipe_is_told_nothing(monkeypatch: pytest.MonkeyPatch, told: list[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    notices.say_on_terminal("asking")
    assert told == []


def test_a_seller_that_failed_has_one_line_whatever_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    error = UsageError(
        "x.yaml has 2 mistakes", why="line 1: a\nline 3: b", fix="edit x.yaml:1", code="AMP-FILE-INVALID"
    )
    notices.warn_about([error])
    said = "warning: x.yaml has 2 mistakes: line 1: a; line 3: b (fix: edit x.yaml:1) [AMP-FILE-INVALID]\n"
    assert capsys.readouterr().err == said
