"""Sellers that drop out of a plan only because none of what fits is left. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from ..providers.base import Offer
from .filter import latest
from .problem import Problem
from .rules import Question, Subject, first_miss
from .spec import Spec


def left_out(spec: Spec, offers: Iterable[Offer], now: datetime, problem: Problem) -> tuple[str, ...]:
    """A line for each seller that has no part in `problem` and would have, had it any left; by name."""
    question = Question(spec=spec, now=now)
    there = {slot.offer.provider for slot in problem.slots}
    fitting = [offer for offer in latest(offers) if first_miss(question, offer, Subject.SALE) is None]
    return tuple(sold_out(offer for offer in fitting if offer.provider not in there))


def sold_out(offers: Iterable[Offer]) -> Iterator[str]:
    """`SELLER: nobody in us-* could take it now`, for each seller that has none of all these left; by name."""
    why: dict[str, list[str]] = {}
    for offer in offers:
        why.setdefault(offer.provider, []).append(offer.none_left)
    for seller, told in sorted(why.items()):
        if all(told):
            yield f"{seller}: {' and '.join(dict.fromkeys(told))}"
