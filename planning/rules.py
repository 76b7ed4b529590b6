"""The rules by which an offer is out of the question, in their fixed order.

A rule says nothing where the offer passes, and else by how much and in what words it fails.
Unknown is not yes: an offer that does not say how much RAM it has fails a rule about RAM.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from fnmatch import fnmatchcase

import msgspec

from ..core.clock import rfc3339
from ..providers.base import Market, Offer
from ..providers.gpus import find_model
from .spec import Spec

MAX_USD_PER_HOUR = Decimal(1_000_000)
"""A node that costs more is somebody's error."""


class Subject(IntEnum):
    """What a rule is about, and so whom it binds."""

    MACHINE = 1
    """The spec's wishes: they bind running machines too."""
    SALE = 2
    """Whether it can be bought at this price now: binds what is bought or replaced."""
    STOCK = 3
    """Whether there is one more: binds what is bought anew."""


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """A failed rule. `distance` orders misses, 0 the nearest; it has no unit."""

    text: str
    distance: Decimal = Decimal(1)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What rules look at beside the offer."""

    spec: Spec
    now: datetime


Check = Callable[[Question, Offer], Miss | None]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One reason to remove offers. `key` is the spec's key, or words where the spec has no say."""

    key: str
    subject: Subject
    check: Check


def first_miss(question: Question, offer: Offer, subject: Subject = Subject.STOCK) -> tuple[Rule, Miss] | None:
    """The first rule up to `subject` that `offer` fails."""
    for rule in rules(subject):
        if (miss := rule.check(question, offer)) is not None:
            return rule, miss
    return None


def rules(subject: Subject = Subject.STOCK) -> Iterator[Rule]:
    """The rules about `subject` and about what comes before it."""
    return (rule for rule in RULES if rule.subject <= subject)


def _provider(question: Question, offer: Offer) -> Miss | None:
    allowed = question.spec.placement.providers
    return None if not allowed or offer.provider in allowed else Miss(text=f"{offer.provider} is not named")


def _region(question: Question, offer: Offer) -> Miss | None:
    globs = question.spec.placement.regions
    if not globs or any(fnmatchcase(offer.region, glob) for glob in globs):
        return None
    return Miss(text=f"{offer.region} matches none of {', '.join(globs)}")


def _market(question: Question, offer: Offer) -> Miss | None:
    return None if offer.market in question.spec.market.allow else Miss(text=f"{offer.market} is not allowed")


def _model(question: Question, offer: Offer) -> Miss | None:
    found = find_model(offer.gpu.model)
    wanted = [find_model(text) for text in question.spec.gpu.models]
    return None if found is not None and found in wanted else Miss(text=f"{offer.gpu.model} is not wanted")


def _gpus(_question: Question, offer: Offer) -> Miss | None:
    return None if offer.gpu.count >= 1 else Miss(text="it has no GPU")


def _memory(question: Question, offer: Offer) -> Miss | None:
    return _least(offer.gpu.memory_gib, question.spec.gpu.memory_gib, "GiB per GPU")


def _vcpu(question: Question, offer: Offer) -> Miss | None:
    return _least(offer.vcpu, question.spec.node.min_vcpu, "vCPU")


def _ram(question: Question, offer: Offer) -> Miss | None:
    return _least(offer.ram_gib, question.spec.node.min_ram_gib, "GiB of RAM")


def _disk(question: Question, offer: Offer) -> Miss | None:
    return _least(offer.disk_gib, question.spec.node.disk_gib, "GiB of disk")


def _price(_question: Question, offer: Offer) -> Miss | None:
    usd = offer.usd_per_hour
    if usd is None:
        return Miss(text="its price is not known")
    usable = usd.is_finite() and 0 <= usd <= MAX_USD_PER_HOUR
    return None if usable else Miss(text=f"{usd} USD per hour is no price")


def _indication(question: Question, offer: Offer) -> Miss | None:
    if not offer.indication or Market.AUCTION in question.spec.market.allow:
        return None
    return Miss(text="its price is an indication, and auctions are not allowed")


def _expired(question: Question, offer: Offer) -> Miss | None:
    if offer.expires_at is None or offer.expires_at > question.now:
        return None
    return Miss(text=f"it ended at {rfc3339(offer.expires_at)}")


def _stock(_question: Question, offer: Offer) -> Miss | None:
    return Miss(text=offer.none_left) if offer.none_left else None


def _least(has: int | Decimal | None, wanted: int | None, unit: str) -> Miss | None:
    if wanted is None:
        return None
    if has is None:
        return Miss(text=f"{unit} not known, {wanted} wanted")
    if has >= wanted:
        return None
    return Miss(text=f"{has} {unit} < {wanted}", distance=(wanted - Decimal(has)) / wanted)


RULES: tuple[Rule, ...] = (
    Rule(key="placement.providers", subject=Subject.MACHINE, check=_provider),
    Rule(key="placement.regions", subject=Subject.MACHINE, check=_region),
    Rule(key="market.allow", subject=Subject.MACHINE, check=_market),
    Rule(key="gpu.models", subject=Subject.MACHINE, check=_model),
    Rule(key="gpu.count", subject=Subject.MACHINE, check=_gpus),
    Rule(key="gpu.memory_gib", subject=Subject.MACHINE, check=_memory),
    Rule(key="node.min_vcpu", subject=Subject.MACHINE, check=_vcpu),
    Rule(key="node.min_ram_gib", subject=Subject.MACHINE, check=_ram),
    Rule(key="node.disk_gib", subject=Subject.MACHINE, check=_disk),
    Rule(key="price known", subject=Subject.MACHINE, check=_price),
    Rule(key="price binding", subject=Subject.SALE, check=_indication),
    Rule(key="not ended", subject=Subject.SALE, check=_expired),
    Rule(key="in stock", subject=Subject.STOCK, check=_stock),
)
"""In order: an offer is counted under the first rule that it fails."""
