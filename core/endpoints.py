"""Which addresses may be called: public ones by https, this computer where the context says so."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from .errors import UsageError


def check_endpoint(url: str, *, loopback: bool) -> str:
    """`url` if it is https and public, or http(s) to this computer where the context allows loopback.

    Raises `UsageError` (`AMP-ENDPOINT`), also for an address of a private network and for one that
    carries a password, which would end up in logs.
    """
    problem = _endpoint_problem(url, loopback)
    if problem is None:
        return url
    raise UsageError(
        "An endpoint is not allowed",
        why=f"{_without_password(url)} {problem}",
        fix="ampacity context show",
        code="AMP-ENDPOINT",
    )


def _endpoint_problem(url: str, loopback: bool) -> str | None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"is no URL: {error}"
    if not host:
        return "names no host"
    if parts.username is not None or parts.password is not None:
        return "must not carry a user or a password"
    if _is_local(host):
        allowed = loopback and parts.scheme in {"http", "https"}
        return None if allowed else "is on this computer, which only a context with loopback = true may use"
    if parts.scheme != "https":
        return "must be https"
    return None if _is_public(host) else "is an address of a private network"


def _is_local(host: str) -> bool:
    address = _address(host)
    return address.is_loopback if address else host.rstrip(".").split(".")[-1] == "localhost"


def _is_public(host: str) -> bool:
    address = _address(host)
    return address is None or address.is_global


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _without_password(url: str) -> str:
    return re.sub(r"//[^/]*@", "//", url)
