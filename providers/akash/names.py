"""What this seller is called, here and in errors, and where it is found."""

PROVIDER = "akash"
TITLE = "Akash"

REGION = "global"
"""Offers have no other region: where a machine will stand is only known when a bid comes."""

DEFAULT_CHAIN = "https://api.akashnet.net"
DEFAULT_CONSOLE = "https://console-api.akash.network"
