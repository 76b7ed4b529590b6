"""Opens the connection: a checked address, TLS, and a proven other side before a byte is said."""

import socket
import ssl
from collections.abc import Callable, Sequence

from .addresses import LookUp, resolve
from .failures import GatewayError, Trouble
from .hosts import Host
from .limits import Budget
from .trust import chain_trust, pinned

Certificates = Callable[[], list[bytes]]
"""The provider's valid certificates on the chain, DER; asked only where the web does not trust its own."""
Trust = Callable[[], ssl.SSLContext]


class Dialer:
    """Connects to one host. Safe to share between threads."""

    def __init__(
        self, host: Host, *, certificates: Certificates, loopback: bool, look_up: LookUp, web_trust: Trust
    ) -> None:
        self.host = host
        self._certificates = certificates
        self._loopback = loopback
        self._look_up = look_up
        self._web_trust = web_trust

    def dial(self, budget: Budget) -> ssl.SSLSocket:
        """A connection to the gateway that `trust` holds for. Raises `GatewayError`."""
        addresses = resolve(self.host.name, self.host.port, loopback=self._loopback, look_up=self._look_up)
        try:
            return self._secure(addresses, self._web_trust(), budget)
        except ssl.SSLCertVerificationError as error:
            return self._by_chain(addresses, budget, error)

    def _by_chain(
        self, addresses: Sequence[str], budget: Budget, before: ssl.SSLCertVerificationError
    ) -> ssl.SSLSocket:
        known = self._certificates()
        try:
            sock = self._secure(addresses, chain_trust(known), budget)
        except ssl.SSLCertVerificationError as error:
            why = f"not for the web ({before.verify_message}), nor by the chain ({error.verify_message})"
            raise GatewayError(Trouble.CERTIFICATE, why) from error
        try:
            pinned(sock, known)
        except GatewayError:
            sock.close()
            raise
        return sock

    def _secure(self, addresses: Sequence[str], context: ssl.SSLContext, budget: Budget) -> ssl.SSLSocket:
        """TLS to the first address that answers. Raises `SSLCertVerificationError` for the caller to judge."""
        sock = self._connect(addresses, budget)
        try:
            sock.settimeout(budget.seconds_left())
            return context.wrap_socket(sock, server_hostname=self.host.name)
        except ssl.SSLCertVerificationError:
            raise
        except TimeoutError as error:
            raise GatewayError(Trouble.SLOW, f"{self.host.authority}: no TLS in time") from error
        except (OSError, ValueError) as error:
            raise GatewayError(Trouble.UNREACHABLE, f"{self.host.authority}: no TLS: {error}") from error
        finally:
            sock.close()  # a socket that was wrapped is empty by now

    def _connect(self, addresses: Sequence[str], budget: Budget) -> socket.socket:
        problem = ""
        for position, address in enumerate(addresses):
            share = budget.seconds_left() / (len(addresses) - position)
            try:
                return socket.create_connection((address, self.host.port), timeout=share)
            except OSError as error:
                problem = f"{self.host.authority} at {address}: {error}"
        raise GatewayError(Trouble.UNREACHABLE, problem)
