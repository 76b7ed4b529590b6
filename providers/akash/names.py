"""What this seller is called, here and in errors, where it is found, and how outsiders' text is shown."""

PROVIDER = "akash"
TITLE = "Akash"

REGION = "global"
"""Offers have no other region: where a machine will stand is only known when a bid comes."""

DEFAULT_CHAIN = "https://api.akashnet.net"
DEFAULT_CONSOLE = "https://console-api.akash.network"

LONGEST_TEXT = 200


def clean(text: str) -> str:
    """Text of an outsider made fit to print: one short line, without control characters."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"
