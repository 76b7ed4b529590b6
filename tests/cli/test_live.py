"""Long work without a terminal: a line for whatever is new, and no line twice."""

import pytest

from ampacity.cli import live
from ampacity.core.progress import Stage, Step


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> live._Lines:
    """A pipe's listener, at a time that stands still."""
    monkeypatch.setattr(live, "monotonic", lambda: 100.0)
    return live._Lines()


def test_what_becomes_of_an_item_that_is_still_at_it_is_told_when_it_changes_and_once(
    lines: live._Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    for item, text in [
        ("k1-1", "create"),
        ("k1-1", "the order is out; a bid is chosen at 12:01"),
        ("k1-2", "create"),
        ("k1-1", "the order is out; a bid is chosen at 12:01"),
        ("k1-1", "took the bid of akash1fair at $2.3000 per hour"),
        ("k1-1", "delivered to akash1fair"),
    ]:
        lines(Step(item=item, stage=Stage.RUNNING, text=text))
    lines(Step(item="k1-1", stage=Stage.DONE, text="create"))
    assert capsys.readouterr().err.splitlines() == [
        "… k1-1  create",
        "… k1-1  the order is out; a bid is chosen at 12:01",
        "… k1-2  create",
        "… k1-1  took the bid of akash1fair at $2.3000 per hour",
        "… k1-1  delivered to akash1fair",
        "✓ k1-1  create",
    ]


def test_an_item_that_waits_gives_a_sign_of_life_now_and_then(
    lines: live._Lines, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for now in (100.0, 114.9, 115.0, 116.0):
        monkeypatch.setattr(live, "monotonic", lambda now=now: now)
        lines(Step(item="k1-1", stage=Stage.RUNNING, text="pending: 7"))
    assert capsys.readouterr().err.splitlines() == ["… k1-1  pending: 7"] * 2


def test_how_far_it_has_come_is_no_news_of_its_own(lines: live._Lines, capsys: pytest.CaptureFixture[str]) -> None:
    lines(Step(item="weights", stage=Stage.RUNNING))
    for size in ("1.0 MiB", "2.0 MiB"):
        lines(Step(item="weights", stage=Stage.RUNNING, text=size, measures=True))
    lines(Step(item="weights", stage=Stage.DONE, text="2.5 MiB"))
    assert capsys.readouterr().err.splitlines() == ["… weights", "✓ weights  2.5 MiB"]
