"""Text of an outsider, made fit to print."""

LONGEST_TEXT = 300


def clean(text: str) -> str:
    """One short line of it, without control characters."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"
