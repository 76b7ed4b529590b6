"""How a machine is reached, in the words of a person's table."""

from collections.abc import Sequence

PENDING = "pending"
UNKNOWN = "unknown"


def ways_in(first: str | None, urls: Sequence[str], state: str) -> str:
    """`first` (an ssh line or an address) and where services answer, a line each; what is said where nothing does."""
    ways = [*([first] if first else []), *urls]
    return "\n".join(ways) or _none(state)


def _none(state: str) -> str:
    """An address is only promised where one may still come."""
    if state == UNKNOWN:
        return "no address known"
    return "no address yet" if state == PENDING else "no address"
