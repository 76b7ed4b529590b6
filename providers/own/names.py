"""What this seller is called, here and in errors."""

PROVIDER = "own"


def feed_name(site: str, rack: str | None = None) -> str:
    """A feed as limits and draws call it: `east` or `east.r1`. Names have no dots of their own."""
    return site if rack is None else f"{site}.{rack}"
