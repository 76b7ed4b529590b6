"""Whose a machine is, as tags: `ampacity:…`, keys `^[a-z][a-z0-9-:]+$`, values of at most 128."""

import re
from collections.abc import Iterable
from datetime import datetime

import msgspec

from ...core.clock import parse_rfc3339, rfc3339
from ...core.digests import parse_digest
from ..base import Labels, MachineOrder, ProviderError, Token
from ..errors import Failure
from .names import PROVIDER
from .wire import Tag

PREFIX = "ampacity:"
MAX_VALUE = 128
_TOKEN = re.compile(r"[0-9a-f]{32}")


class Marks(msgspec.Struct, frozen=True):
    """What our tags say of a machine."""

    labels: Labels
    ordered_at: datetime | None
    ends_at: datetime | None


def write_tags(order: MachineOrder, now: datetime) -> list[dict[str, str]]:
    """The tags of a launch. Raises `ProviderError` for a value that is too long to be kept."""
    labels = order.labels
    values = {
        "deployment": labels.deployment,
        "deployment-name": labels.deployment_name,
        "machine": labels.machine,
        "plan": labels.plan,
        "token": labels.token,
        "ordered-at": rfc3339(now),
    }
    if order.ends_at is not None:
        values["ends-at"] = rfc3339(order.ends_at)
    for key, value in values.items():
        if len(value) > MAX_VALUE:
            raise ProviderError(
                PROVIDER, Failure.INVALID, f"{key} is longer than {MAX_VALUE} characters", fix="shorten the name"
            )
    return [{"key": PREFIX + key, "value": value} for key, value in values.items()]


def read_tags(tags: Iterable[Tag]) -> Marks | None:
    """What our tags say, or `None` for a machine that is not ours."""
    values = {tag.key.removeprefix(PREFIX): tag.value for tag in tags if tag.key.startswith(PREFIX)}
    try:
        labels = Labels(
            deployment=values["deployment"],
            deployment_name=values["deployment-name"],
            machine=values["machine"],
            plan=parse_digest(values["plan"]),
            token=Token(values["token"]),
        )
    except (KeyError, ValueError):
        return None
    if not _TOKEN.fullmatch(labels.token):
        return None
    return Marks(labels, _moment(values.get("ordered-at")), _moment(values.get("ends-at")))


def _moment(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_rfc3339(text)
    except ValueError:
        return None
