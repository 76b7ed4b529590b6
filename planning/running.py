"""What runs already, and what may become of each machine: pure judgement, one machine at a time."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from ..core.digests import Digest
from ..providers.base import Offer
from .change import Parts, replace_digest
from .costs import staying_usd_per_hour
from .plan import BaseState, Definition, RunningMachine
from .rules import Question, Subject, first_miss
from .spec import Spec

GONE = "gone at its seller"
FAILED = "failed at its seller"


class Fate(StrEnum):
    """What the rules leave open for a running machine."""

    KEEP = "keep"
    """It may stay as it is."""
    RENEW = "renew"
    """It may stay under its name and offer, made anew."""
    DROP = "drop"
    """It no longer fits what is wanted."""
    GONE = "gone"
    """Its seller has it no more; its name may be used again."""


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A running machine, its offer as it is seen now, its fate and why."""

    machine: RunningMachine
    offer: Offer
    fate: Fate
    why: str = ""

    @property
    def usd_per_hour(self) -> Decimal:
        """What it costs an hour if it stays as it is."""
        return staying_usd_per_hour(self.machine, self.offer)

    def draws(self, feed: str) -> Decimal:
        """The kilowatts that it takes from `feed` now."""
        power = self.offer.power
        alive = self.fate is not Fate.GONE
        return power.node_kw if alive and power is not None and feed in power.feeds else Decimal(0)


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What is put on machines, of which a change forces a new machine."""

    ssh_public_key: str | None
    user_data: Digest | None
    definition: Definition | None = None


def judge(spec: Spec, base: BaseState, seen: Mapping[str, Offer], setup: Setup, now: datetime) -> tuple[Running, ...]:
    """Each machine of `base` with its fate; `seen` is the offers of today by id."""
    question = Question(spec=spec, now=now)
    return tuple(_judge(question, machine, seen, setup) for machine in base.machines)


def image_for(spec: Spec, provider: str) -> str:
    """The image that the spec wants at `provider`."""
    image = spec.node.image
    return image.get(provider, "default") if isinstance(image, dict) else image


def _judge(question: Question, machine: RunningMachine, seen: Mapping[str, Offer], setup: Setup) -> Running:
    offer = _as_seen(machine.offer, seen)
    if not machine.alive:
        return Running(machine=machine, offer=offer, fate=Fate.GONE, why=GONE)
    if missed := first_miss(question, offer, Subject.MACHINE):
        return Running(machine=machine, offer=offer, fate=Fate.DROP, why=f"{missed[0].key}: {missed[1].text}")
    same = machine.inputs == _inputs(question.spec, offer, setup)
    if same and not machine.failed:
        return Running(machine=machine, offer=offer, fate=Fate.KEEP)
    changed = FAILED if same else _changed(question.spec, machine, setup)
    if offer.id not in seen or first_miss(question, offer, Subject.SALE):
        return Running(machine=machine, offer=offer, fate=Fate.DROP, why=f"{changed}, and its offer is not sold now")
    return Running(machine=machine, offer=offer, fate=Fate.RENEW, why=changed)


def _changed(spec: Spec, machine: RunningMachine, setup: Setup) -> str:
    """`its disk and its SSH key changed`: which parts are not those that it was made with."""
    names = list(_changes(spec, machine, machine.parts, setup)) if machine.parts else []
    said = " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    return f"{said or 'its image, disk, SSH key or what runs on it'} changed"


def _changes(spec: Spec, machine: RunningMachine, made: Parts, setup: Setup) -> Iterator[str]:
    defined = setup.definition is not None and setup.definition.digest_at(machine.offer.provider) is not None
    if not defined and made.image != image_for(spec, machine.offer.provider):
        yield "its image"
    if made.disk_gib != spec.node.disk_gib:
        yield "its disk"
    if made.ssh_public_key != setup.ssh_public_key:
        yield "its SSH key"
    if machine.inputs != _digest(machine.offer, made, setup):  # with its own parts only this can differ
        yield "what runs on it"


def _as_seen(bought: Offer, seen: Mapping[str, Offer]) -> Offer:
    """Today's view of the offer where it has a price, else what the machine was bought by."""
    today = seen.get(bought.id)
    return today if today is not None and today.usd_per_hour is not None else bought


def _inputs(spec: Spec, offer: Offer, setup: Setup) -> Digest:
    image, disk_gib = image_for(spec, offer.provider), spec.node.disk_gib
    return _digest(offer, Parts(image=image, disk_gib=disk_gib, ssh_public_key=setup.ssh_public_key), setup)


def _digest(offer: Offer, parts: Parts, setup: Setup) -> Digest:
    return replace_digest(
        offer,
        image=parts.image,
        disk_gib=parts.disk_gib,
        ssh_public_key=parts.ssh_public_key,
        user_data=setup.user_data,
        definition=setup.definition.digest_at(offer.provider) if setup.definition else None,
    )
