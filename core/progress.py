"""How long work tells of itself: a listener that the command line draws and tests record."""

from enum import StrEnum
from typing import Protocol

import msgspec


class Stage(StrEnum):
    """Where one item of long work stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One item's news: `item` names it, `text` is a short remark for a person.

    `measures` says that `text` only tells how far it has come, which is no news to write down.
    """

    item: str
    stage: Stage
    text: str = ""
    measures: bool = False


class Progress(Protocol):
    """Takes news. Called from any thread; must not raise."""

    def __call__(self, step: Step, /) -> None: ...


def silent(step: Step, /) -> None:
    """A listener that does not listen."""
