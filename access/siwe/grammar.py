"""The terminals of ERC-4361 and RFC 3986, as patterns that cannot backtrack.

Every repetition below runs over alternatives that start with different characters, so that matching
is linear in the input: there is only ever one way to read it.
"""

import re
from collections.abc import Mapping
from ipaddress import AddressValueError, IPv6Address

_UNRESERVED = r"A-Za-z0-9\-._~"
_SUB_DELIMS = r"!$&'()*+,;="
_PCT = r"%[0-9A-Fa-f]{2}"
_PCHAR = rf"(?:[{_UNRESERVED}{_SUB_DELIMS}:@]|{_PCT})"

RULES: Mapping[str, re.Pattern[str]] = {
    "scheme": re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*"),
    "pct-encoded": re.compile(_PCT),
    "userinfo": re.compile(rf"(?:[{_UNRESERVED}{_SUB_DELIMS}:]|{_PCT})*"),
    "IPvFuture": re.compile(rf"[vV][0-9A-Fa-f]+\.[{_UNRESERVED}{_SUB_DELIMS}:]+"),
    "reg-name": re.compile(rf"(?:[{_UNRESERVED}{_SUB_DELIMS}]|{_PCT})*"),
    "path": re.compile(rf"(?:{_PCHAR}|/)*"),
    "segment-nz": re.compile(rf"{_PCHAR}+"),
    "query": re.compile(rf"(?:{_PCHAR}|[/?])*"),
    "fragment": re.compile(rf"(?:{_PCHAR}|[/?])*"),
    "statement": re.compile(rf"[{_UNRESERVED}{_SUB_DELIMS}:/?#\[\]@ ]*"),
    "request-id": re.compile(rf"{_PCHAR}*"),
    "nonce": re.compile(r"[A-Za-z0-9]{8,}"),
    "chain-id": re.compile(r"[1-9][0-9]{0,18}"),
}
"""Rules by their names in the RFC and the ERC; to be used with `matches`."""

# RFC 3986, appendix B, with the scheme made mandatory: each group ends where the next one's mark begins.
_PARTS = re.compile(r"([^:/?#]+):(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)

_PLACE = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::[0-9]*)?")


def matches(rule: str, text: str) -> bool:
    """Whether the whole of `text` is one `rule`."""
    return RULES[rule].fullmatch(text) is not None


def is_uri(text: str) -> bool:
    """Whether `text` is a URI by RFC 3986, section 3 (a relative reference is none)."""
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return False
    scheme, authority, path, query, fragment = parts.groups()
    return (
        matches("scheme", scheme)
        and (authority is None or is_authority(authority))
        and matches("path", path)
        and (query is None or matches("query", query))
        and (fragment is None or matches("fragment", fragment))
    )


def is_authority(text: str) -> bool:
    """Whether `text` is `[userinfo@]host[:port]`; all three may be empty, as the RFC allows."""
    userinfo, _, place = text.rpartition("@")
    parts = _PLACE.fullmatch(place)
    return parts is not None and matches("userinfo", userinfo) and _is_host(parts[1])


def _is_host(host: str) -> bool:
    if not host.startswith("["):
        return matches("reg-name", host)
    inside = host[1:-1]
    return matches("IPvFuture", inside) or _is_ipv6(inside)


def _is_ipv6(text: str) -> bool:
    if "%" in text:  # a zone is RFC 6874, which ERC-4361 does not take in
        return False
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True
