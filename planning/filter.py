"""Which offers can answer a spec at all, and which rule removed the others."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import msgspec

from ..core.digests import canonical
from ..providers.base import Offer
from .plan import Excluded
from .rules import Miss, Question, first_miss, rules
from .spec import Spec

NEWER = "newer observation"
"""The rule that removes an older price of the same offer."""
_UNPRICED = Decimal("Infinity")


class _Removed(msgspec.Struct, frozen=True, kw_only=True):
    offer: Offer
    miss: Miss


def fit(spec: Spec, offers: Iterable[Offer], now: datetime) -> tuple[list[Offer], list[Excluded]]:
    """The offers that satisfy `spec`, sorted by key, and how many each rule removed.

    An offer is removed by the first rule that it fails; the order of `offers` has no influence.
    """
    question = Question(spec=spec, now=now)
    given = list(offers)
    newest = latest(given)
    fitting, removed = [], dict[str, list[_Removed]]()
    for offer in newest:
        missed = first_miss(question, offer)
        if missed is None:
            fitting.append(offer)
        else:
            removed.setdefault(missed[0].key, []).append(_Removed(offer=offer, miss=missed[1]))
    excluded = [_count(rule.key, removed[rule.key]) for rule in rules() if rule.key in removed]
    return fitting, _superseded(len(given) - len(newest)) + excluded


def latest(offers: Iterable[Offer]) -> list[Offer]:
    """One offer an id, the one observed last (of several at that moment the dearest), sorted by key."""
    best: dict[str, Offer] = {}
    for offer in offers:
        known = best.get(offer.id)
        if known is None or _recency(offer) > _recency(known):
            best[offer.id] = offer
    return sorted(best.values(), key=lambda offer: offer.key)


def _recency(offer: Offer) -> tuple[datetime, Decimal, bytes]:
    return offer.observed_at, _usd(offer.usd_per_hour), canonical(offer)


def _usd(price: Decimal | None) -> Decimal:
    return price if price is not None and price.is_finite() else _UNPRICED


def _superseded(count: int) -> list[Excluded]:
    return [Excluded(rule=NEWER, offers=count)] if count else []


def _count(rule: str, removed: list[_Removed]) -> Excluded:
    nearest = min(removed, key=_nearness)
    offer = nearest.offer
    example = f"{offer.provider} {offer.sku} {offer.zone or offer.region}: {nearest.miss.text}"
    return Excluded(rule=rule, offers=len(removed), example=example)


def _nearness(removed: _Removed) -> tuple[Decimal, Decimal, str]:
    usd_per_gpu = _usd(removed.offer.usd_per_hour) / max(1, removed.offer.gpu.count)
    return removed.miss.distance, usd_per_gpu, removed.offer.key
