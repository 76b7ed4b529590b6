"""Whose certificates count: the web's authorities, or else exactly what the provider has on the chain.

Certificates on the chain are self-signed, with the provider's account as common name and key usages
that are not for signing (chain-sdk `go/util/tls/key_pair_manager.go`). OpenSSL checks them as
trusted leaves: key, dates and purpose count, the host's name does not; `pinned` then compares bytes.
Nowhere is verification off.
"""

import hashlib
import ssl
from collections.abc import Sequence

from .failures import GatewayError, Trouble

MOST_CERTIFICATES = 50


def web_trust() -> ssl.SSLContext:
    """The web's authorities, as for every other address: httpx's own context, TLS 1.3."""
    import httpx

    context = httpx.create_ssl_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def chain_trust(certificates: Sequence[bytes]) -> ssl.SSLContext:
    """Only `certificates` (DER), each for itself. Raises `GatewayError` where none can be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # the account is the name; `pinned` compares the whole certificate
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    read = [one for one in certificates[:MOST_CERTIFICATES] if _add(context, one)]
    if not read:
        raise GatewayError(Trouble.CERTIFICATE, "the web does not trust it, and the provider has none on the chain")
    return context


def pinned(sock: ssl.SSLSocket, certificates: Sequence[bytes]) -> None:
    """Raises `GatewayError` unless the other side showed one of `certificates`, byte for byte."""
    shown = sock.getpeercert(binary_form=True)
    if shown is None or shown not in certificates:
        digest = hashlib.sha256(shown or b"").hexdigest()
        raise GatewayError(Trouble.CERTIFICATE, f"sha256 {digest} is not among the provider's on the chain")


def _add(context: ssl.SSLContext, certificate: bytes) -> bool:
    try:
        context.load_verify_locations(cadata=certificate)
    except (ssl.SSLError, ValueError):
        return False
    return True
