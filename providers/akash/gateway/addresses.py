"""Which addresses may be connected to, and what a host name means, looked up once for one call."""

import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from .failures import GatewayError, Trouble

Address = IPv4Address | IPv6Address
LookUp = Callable[[str, int], Iterable[str]]
"""A name's addresses, as the computer's own resolver gives them."""

_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_SIX = IPv6Network("2000::/3")
_NOT_PUBLIC: tuple[IPv4Network | IPv6Network, ...] = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("224.0.0.0/3"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)
"""Special by IANA's registries or tunnels to any IPv4 address, though some Pythons call them global."""


def is_public(address: Address) -> bool:
    """Whether the whole internet reaches it: global unicast, and no way round to a private one."""
    if isinstance(address, IPv6Address) and address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if isinstance(address, IPv6Address) and address not in _GLOBAL_SIX:
        return False
    return address.is_global and not any(address.version == net.version and address in net for net in _NOT_PUBLIC)


def is_allowed(address: Address, *, loopback: bool) -> bool:
    """Whether it may be connected to; `loopback` allows this computer too."""
    return is_public(address) or (loopback and address.is_loopback)


def system_look_up(name: str, port: int) -> list[str]:
    """What the system's resolver says, within its own time limits."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve(name: str, port: int, *, loopback: bool, look_up: LookUp) -> tuple[str, ...]:
    """The addresses to connect to, and no others: looking the name up again could give another answer.

    One forbidden address among them refuses them all. Raises `GatewayError` `ADDRESS`, or
    `UNREACHABLE` where there is none.
    """
    try:
        found = [ip_address(text) for text in look_up(name, port)]
    except (OSError, ValueError) as error:  # UnicodeError is a ValueError
        raise GatewayError(Trouble.UNREACHABLE, f"{name}: {error}") from error
    if not found:
        raise GatewayError(Trouble.UNREACHABLE, f"{name} has no address")
    for address in found:
        if not is_allowed(address, loopback=loopback):
            raise GatewayError(Trouble.ADDRESS, f"{name} leads to {address}, which is no public address")
    return tuple(str(address) for address in found)
