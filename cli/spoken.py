"""The way on as it can be typed: what this command was told takes the place of SPEC, PLAN and NAME.

Errors rise from rooms that know no paths. They say `ampacity plan SPEC`, and here, where text leaves
the program, the word becomes the file of the one who reads it. What is not known stays the word.
Where `--config` or `--context` was typed, the way on carries them: without them it would lead elsewhere.
"""

import re
from contextvars import ContextVar
from pathlib import Path
from shlex import quote
from typing import NamedTuple

_WORD = re.compile(
    r"(?P<before>\bampacity (?:plan|show|approve|apply|recover|destroy|status|drift|topup) )(?P<word>SPEC|PLAN|NAME)\b"
)

_COMMAND = re.compile(
    r"\bampacity (?:(?P<both>doctor|offers|plan|show|approve|apply|status|topup|drift|recover|destroy|orphans"
    r"|context show|providers list|artifact pin|artifact verify)|context list|context use)\b(?! --(?:con|help))"
)
"""The commands that take `--config`, those that take `--context` too apart; not those that have it already."""


class Subject(NamedTuple):
    """What a command is about, as far as it was told. `state` is the context's folder.

    `config` and `context` are what was typed for them, and nothing where the usual ones are meant.
    """

    spec: Path | None = None
    plan: Path | None = None
    name: str | None = None
    state: Path | None = None
    config: Path | None = None
    context: str | None = None


_NOTHING = Subject()
_subject: ContextVar[Subject] = ContextVar("subject", default=_NOTHING)


def speak_of(
    *,
    spec: Path | None = None,
    plan: Path | None = None,
    name: str | None = None,
    state: Path | None = None,
    config: Path | None = None,
    context: str | None = None,
) -> None:
    """Add what is known by now of what the running command is about."""
    known = _subject.get()
    _subject.set(
        Subject(
            spec=spec or known.spec,
            plan=plan or known.plan,
            name=name or known.name,
            state=state or known.state,
            config=config or known.config,
            context=context or known.context,
        )
    )


def speak_of_nothing() -> None:
    """Forget it: another command begins."""
    _subject.set(_NOTHING)


def typed(text: str) -> str:
    """`text` with the words replaced by what is known, and with the flags that its commands need."""
    return _COMMAND.sub(_flagged, _WORD.sub(_replaced, text))


def _flagged(found: "re.Match[str]") -> str:
    known = _subject.get()
    flags = [f" --config {quote(str(known.config))}"] if known.config else []
    flags += [f" --context {quote(known.context)}"] if known.context and found["both"] else []
    return found[0] + "".join(flags)


def _replaced(found: "re.Match[str]") -> str:
    known = _subject.get()
    words = {
        "SPEC": _spec(known) if found["word"] == "SPEC" else None,
        "PLAN": quote(str(known.plan)) if known.plan else None,
        "NAME": known.name,
    }
    return found["before"] + (words[found["word"]] or found["word"])


def _spec(known: Subject) -> str | None:
    """The spec, and where its plan goes if that is not the usual place."""
    if known.spec is not None:
        return quote(str(known.spec)) + (f" --out {quote(str(known.plan))}" if known.plan else "")
    if known.state is None:
        return None
    from ..provisioning.planned import Planned

    planned = Planned(known.state)
    row = planned.of_plan(known.plan) if known.plan else None
    row = row or (planned.of_name(known.name) if known.name else None)
    row = row or (None if known.plan or known.name else planned.last())
    if row is None:
        return None
    usual = Path(f"{row.name}.plan.json").resolve() == row.plan
    return quote(_short(row.spec)) + ("" if usual else f" --out {quote(_short(row.plan))}")


def _short(path: Path) -> str:
    """As one would type it from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
