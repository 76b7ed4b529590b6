"""Whose a cloud object is, as EC2 tags."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from ...core.clock import parse_rfc3339, rfc3339
from ...core.digests import parse_digest
from ..base import Labels, MachineOrder, Token
from .names import TAG_DEPLOYMENT, TAG_ENDS_AT, TAG_PREFIX, TAG_TOKEN, TAG_USD_PER_HOUR
from .prices import parse_usd


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """What our tags say. `labels` is `None` where one is missing or malformed.

    `usd_per_hour` is what the machine was bought at, all in: EC2 itself tells no price.
    """

    labels: Labels | None
    ends_at: datetime | None
    usd_per_hour: Decimal | None


def write_tags(order: MachineOrder) -> list[dict[str, str]]:
    """The tags of everything that the order makes."""
    labels = order.labels
    values = {
        "Name": f"{labels.deployment_name}-{labels.machine}",
        TAG_DEPLOYMENT: labels.deployment,
        TAG_PREFIX + "deployment-name": labels.deployment_name,
        TAG_PREFIX + "machine": labels.machine,
        TAG_PREFIX + "plan": labels.plan,
        TAG_TOKEN: labels.token,
    }
    if order.ends_at is not None:
        values[TAG_ENDS_AT] = rfc3339(order.ends_at)
    if order.offer.usd_per_hour is not None:
        values[TAG_USD_PER_HOUR] = str(order.offer.usd_per_hour)
    return [{"Key": key, "Value": value} for key, value in values.items()]


def read_tags(tags: Iterable[Mapping[str, Any]]) -> Marks:
    """The inverse; anyone may edit tags, so nothing in them is trusted to be there."""
    values = {str(tag.get("Key")): str(tag.get("Value")) for tag in tags}
    return Marks(
        labels=_labels(values),
        ends_at=_moment(values.get(TAG_ENDS_AT)),
        usd_per_hour=_price(values.get(TAG_USD_PER_HOUR)),
    )


def _labels(values: Mapping[str, str]) -> Labels | None:
    try:
        return Labels(
            deployment=values[TAG_DEPLOYMENT],
            deployment_name=values[TAG_PREFIX + "deployment-name"],
            machine=values[TAG_PREFIX + "machine"],
            plan=parse_digest(values[TAG_PREFIX + "plan"]),
            token=Token(values[TAG_TOKEN]),
        )
    except (KeyError, ValueError):
        return None


def _moment(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_rfc3339(text)
    except ValueError:
        return None


def _price(text: str | None) -> Decimal | None:
    try:
        return None if text is None else parse_usd(text)
    except ValueError:
        return None
