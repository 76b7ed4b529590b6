"""The plan in one plain sentence, within the characters that ERC-4361 allows in a statement.

Figures come first and are written by us; names that sellers gave come last, stripped of `;` and `$`,
so that no product name can pass for a ceiling. The digest in the message's resource binds every byte
of the plan; this sentence is for the eyes of the signer.
"""

import re

from ..core.clock import rfc3339
from ..core.money import show_most_usd as _usd
from .facts import PlanFacts

MAX_WHAT_CHARS = 800
"""Room for the list of changes; what does not fit is counted instead of listed."""

MAX_TAKES_CHARS = 240
"""Room for who may win an auction: four addresses of auditors."""

RECOVERY = "recover may make again what is lost, at no more than that per hour, until its end"
"""What an approval covers beside the one apply: the question before it says the same."""

_UNSAFE = re.compile(r"[^A-Za-z0-9 ._()/:+,@=~*-]")
_MAX_NAME_CHARS = 160


def statement(facts: PlanFacts) -> str:
    """What, from whom, the ceiling, until when. The same facts give the same sentence."""
    caution = f"caution: {_safe(facts.caution)}; " if facts.caution else ""
    return (
        f"I approve one use of plan {_safe(facts.name)} in context {_safe(facts.context)}: "
        f"at most {_usd(facts.ceiling_usd_per_hour)} per hour; at worst {_worst(facts)}; {_locked(facts)}"
        f"ends: {_safe(facts.ends)}; to be applied before {rfc3339(facts.expires_at)}; "
        f"{RECOVERY}; "
        f"{caution}{_takes(facts)}changes: {_changes(facts.what)}"
    )


def _worst(facts: PlanFacts) -> str:
    """The most that it comes to, on what that rests, and what was spent before."""
    if facts.worst_case_usd is None:
        return "without limit"
    rests = " if destroyed in time" if facts.if_destroyed else ""
    if facts.usd_so_far is None:
        return f"{_usd(facts.worst_case_usd)} from now on{rests}, and what it cost so far is unknown"
    if not facts.usd_so_far:
        return f"{_usd(facts.worst_case_usd)} in all{rests}"
    whole = facts.worst_case_usd + facts.usd_so_far
    return f"{_usd(facts.worst_case_usd)} from now on{rests}, {_usd(whole)} with what it cost so far"


def _locked(facts: PlanFacts) -> str:
    """What is locked at first; nothing where nobody is paid ahead."""
    if facts.deposit_usd is None:
        return "locks an unknown deposit; "
    return f"locks {_usd(facts.deposit_usd)} as deposit; " if facts.deposit_usd else ""


def _takes(facts: PlanFacts) -> str:
    """Whose bids; who is too many to be listed stands in the plan, which the digest binds."""
    said = _safe(" / ".join(facts.takes), MAX_TAKES_CHARS)
    return f"takes: {said}{', see the plan' if len(said) == MAX_TAKES_CHARS else ''}; " if said else ""


def _changes(what: tuple[str, ...]) -> str:
    listed: list[str] = []
    room = MAX_WHAT_CHARS
    for line in map(_safe, what):
        if len(line) + 2 > room:
            break
        listed.append(line)
        room -= len(line) + 2
    if len(listed) < len(what):
        listed.append(f"and {len(what) - len(listed)} more kinds, see the plan")
    return "; ".join(listed) or "none"


def _safe(text: str, most_chars: int = _MAX_NAME_CHARS) -> str:
    """`text` on one line, with `?` for what a statement or our separators cannot hold."""
    return _UNSAFE.sub("?", " ".join(text.split()))[:most_chars]
