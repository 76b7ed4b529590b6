"""The providers' gateways: one TLS listener on this computer each, told to the chain with its certificate."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ...places import HOST
from ...serve import make_server
from ..market import Market
from .app import Gateway
from .certificates import certificate_for, server_context

if TYPE_CHECKING:
    from werkzeug.serving import BaseWSGIServer


POLL_SECONDS = 0.05
"""How long closing waits at most."""


class Gateways:
    """Listening until they are closed, or the process ends."""

    def __init__(self, market: Market, folder: Path, *, ready_seconds: float) -> None:
        """Start them, their certificates in `folder/gateways`; the ports are new every time."""
        self._servers: list[BaseWSGIServer] = []
        for bidder in market.stock.bidders:
            certificate = certificate_for(bidder.address, HOST, folder / "gateways")
            server = make_server(Gateway(market, bidder, ready_seconds=ready_seconds), 0)
            server.ssl_context = server_context(certificate)
            # the handshake is left to the caller's own thread: else one that is silent holds up all others
            server.socket = server.ssl_context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
            uri = f"https://{HOST}:{server.port}"
            market.register_gateway(bidder.address, uri, certificate.pem, certificate.public_key)
            self._servers.append(server)
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        for server in self._servers:
            server.shutdown()
            server.server_close()
