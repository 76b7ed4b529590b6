"""Whose a deployment is, in the name of its one group: public, on a chain, for ever. So nothing secret.

`ampacity1.NAME.MACHINE.SKU.END.IDS`: the end in seconds of Unix time, 0 for none; the ids are the
deployment's, the token's and the plan's bytes in base32. Lower-case letters, digits, dashes and dots.
"""

import base64
import binascii
import re
from datetime import UTC, datetime

import msgspec

from ...core.digests import parse_digest
from ..base import Failure, Labels, MachineOrder, Token
from .refusals import failed

MARK = "ampacity1"
LONGEST = 255
_WORD = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_SECONDS = re.compile(r"0|[1-9][0-9]{0,10}")
_ID_BYTES = 16
_DIGEST = "sha256:"


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """What a group's name says."""

    labels: Labels
    sku: str
    ends_at: datetime | None


def write_marks(order: MachineOrder) -> str:
    """The name of the order's group. Raises `ProviderError` for what it cannot carry."""
    labels = order.labels
    words = (labels.deployment_name, labels.machine, order.offer.sku)
    end = 0 if order.ends_at is None else int(order.ends_at.timestamp())
    name = ".".join((MARK, *words, str(end), _pack(labels)))
    if not all(map(_WORD.fullmatch, words)) or len(name) > LONGEST:
        raise failed(
            Failure.INVALID,
            f"a deployment's name here is made of {', '.join(words)}, and takes lower-case letters, digits and dashes",
            "give it a shorter name in the spec",
        )
    return name


def read_marks(name: str) -> Marks | None:
    """What a group's name says, or `None` for one that is not ours."""
    parts = name.split(".")
    if len(parts) != 6 or parts[0] != MARK or not _SECONDS.fullmatch(parts[4]):
        return None
    ids = _unpack(parts[5])
    if ids is None or not all(map(_WORD.fullmatch, parts[1:4])):
        return None
    deployment, token, plan = ids
    end = int(parts[4])
    labels = Labels(
        deployment=deployment.hex(),
        deployment_name=parts[1],
        machine=parts[2],
        plan=parse_digest(_DIGEST + plan.hex()),
        token=Token(token.hex()),
    )
    return Marks(labels=labels, sku=parts[3], ends_at=datetime.fromtimestamp(end, UTC) if end else None)


def _pack(labels: Labels) -> str:
    ids = bytes.fromhex(labels.deployment + labels.token + labels.plan.removeprefix(_DIGEST))
    return base64.b32encode(ids).decode().rstrip("=").lower()


def _unpack(text: str) -> tuple[bytes, bytes, bytes] | None:
    try:
        data = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return None
    if len(data) != 2 * _ID_BYTES + 32 or base64.b32encode(data).decode().rstrip("=").lower() != text:
        return None
    return data[:_ID_BYTES], data[_ID_BYTES : 2 * _ID_BYTES], data[2 * _ID_BYTES :]
