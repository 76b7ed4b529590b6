"""RFC 3339 times, strictly: real dates, a zone, capital letters, at most nine digits of a second."""

import re
from datetime import UTC, datetime

from .denied import DeniedError, Reason
from .message import Stamp

_SHAPE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)


def parse_stamp(text: str, field: str) -> Stamp:
    """`text` as a time; raises `DeniedError`. A leap second is refused: no clock of ours can hold it."""
    if not _SHAPE.fullmatch(text):
        raise DeniedError(Reason.TIME_FORM, f"{field} is no RFC 3339 time")
    try:
        return Stamp(text, datetime.fromisoformat(text).astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise DeniedError(Reason.TIME_FORM, f"{field} is no real date and time") from error
