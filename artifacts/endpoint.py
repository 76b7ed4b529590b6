"""Where a node listens: people write URLs, the client library wants multiaddrs."""

import ipaddress
import re
from urllib.parse import urlsplit

from ..core.endpoints import check_endpoint
from ..core.errors import UsageError

_MULTIADDR = re.compile(r"/(?:dns|dns4|dns6|ip4|ip6)/([^/]+)/tcp/([0-9]{1,5})(?:/(https?))?")


def node_url(api: str) -> str:
    """`api`, a URL or a multiaddr, as a URL without path. Raises `UsageError` AMP-IPFS-API or AMP-ENDPOINT.

    Plain http is taken only to this computer: the RPC interface has no protection of its own.
    """
    match = _MULTIADDR.fullmatch(api.rstrip("/"))
    if match:
        host = f"[{match[1]}]" if ":" in match[1] else match[1]
        api = f"{match[3] or 'http'}://{host}:{match[2]}"
    parts = urlsplit(api)
    if parts.path.rstrip("/") not in {"", "/api/v0"} or parts.query or parts.username or not _port_fits(api):
        raise _refusal(api)
    check_endpoint(api, loopback=True)
    return f"{parts.scheme}://{parts.netloc}"


def multiaddr(url: str) -> str:
    """The URL of `node_url` as the client library wants it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"/{_protocol(host)}/{host}/tcp/{port}/{parts.scheme}"


def _protocol(host: str) -> str:
    try:
        return f"ip{ipaddress.ip_address(host).version}"
    except ValueError:
        return "dns"


def _port_fits(api: str) -> bool:
    try:
        return urlsplit(api).port != 0
    except ValueError:
        return False


def _refusal(api: str) -> UsageError:
    """Without what stands before an `@`: it may be a password."""
    shown = api.rpartition("@")[2]
    return UsageError(
        "The IPFS API cannot be used",
        why=f"{shown!r} is neither http(s)://HOST:PORT nor a multiaddr such as /ip4/127.0.0.1/tcp/5001",
        fix="ampacity context show",
        code="AMP-IPFS-API",
    )
