"""How a machine is reached, in the words of a person's table."""

from collections.abc import Iterator, Sequence

PENDING = "pending"
UNKNOWN = "unknown"


def ways_in(first: str | None, urls: Sequence[str], state: str) -> str:
    """`first` (an ssh line or an address) and where services answer, a line each; what is said where nothing does."""
    ways = [*([first] if first else []), *urls]
    return "\n".join(ways) or _none(state)


def listed(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """`name  text` for each row, lined up. Lines for `draw(notes=…)`: an address or a path is copied whole."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, text in rows:
        for at, line in enumerate(text.splitlines()):
            yield f"{'' if at else name:{width}}  {line}"


def _none(state: str) -> str:
    """An address is only promised where one may still come."""
    if state == UNKNOWN:
        return "no address known"
    return "no address yet" if state == PENDING else "no address"
