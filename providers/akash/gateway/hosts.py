"""A provider's `host_uri`, as text: `https://HOST[:PORT]` and nothing else.

The whole text is matched, because what a URL parser forgives (blanks, backslashes, user names,
addresses in hexadecimal) is what two parsers read differently.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

import msgspec

from .addresses import is_allowed
from .failures import GatewayError, Trouble
from .text import one_line

LONGEST = 300
_URI = re.compile(
    r"https://(?:\[(?P<six>[0-9a-f:.]{2,45})\]|(?P<name>[a-z0-9.-]{1,253}))(?::(?P<port>[1-9][0-9]{0,4}))?/?",
    re.ASCII | re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """A gateway's place. `name` is a DNS name in lower case or an address in its usual form."""

    name: str
    port: int

    @property
    def authority(self) -> str:
        """As it stands in a URL."""
        return f"[{self.name}]:{self.port}" if ":" in self.name else f"{self.name}:{self.port}"


def check_host_uri(uri: str, *, loopback: bool) -> Host:
    """The host that `uri` names, if it may be called at all; what its name means is looked up later.

    Raises `GatewayError` `ADDRESS`. `loopback` allows this computer too.
    """
    found = _URI.fullmatch(uri) if len(uri) <= LONGEST else None
    if found is None:
        raise _refused(uri, "is not of the form https://HOST:PORT")
    port = int(found["port"] or 443)
    if port > 65535:
        raise _refused(uri, "has no such port")
    name = host_name(found["six"] or found["name"], six=found["six"] is not None)
    if name is None:
        raise _refused(uri, "names no host")
    address = literal(name)
    if not _may_be_public(name, loopback) if address is None else not is_allowed(address, loopback=loopback):
        raise _refused(uri, "is no public address")
    return Host(name=name, port=port)


def host_name(text: str, *, six: bool = False) -> str | None:
    """`text` as a DNS name or address in its usual form; `None` for anything else.

    A name whose last label begins with a digit is an IPv4 address to some readers (`127.1`,
    `2130706433`, `0x7f.1`), so it must be one in the usual form. `six` wants an IPv6 address.
    """
    address = literal(text)
    if address is not None:
        return str(address) if six == (address.version == 6) else None
    name = text.lower()
    labels = name.split(".")
    named = len(name) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    return name if named and not six and not labels[-1][0].isdigit() else None


def literal(name: str) -> IPv4Address | IPv6Address | None:
    """`name` as an address, where it is one. A zone (`%…`) is no part of one: it may hold anything."""
    try:
        return ip_address(name) if "%" not in name else None
    except ValueError:
        return None


def _may_be_public(name: str, loopback: bool) -> bool:
    local = name.rpartition(".")[2] == "localhost"
    return loopback if local else "." in name


def _refused(uri: str, problem: str) -> GatewayError:
    shown = re.sub(r"//[^/@]*@", "//…@", one_line(uri, 100))
    return GatewayError(Trouble.ADDRESS, f"{shown} {problem}")
