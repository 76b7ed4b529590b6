"""One port: the chain's REST under `/akash` and `/cosmos`, the Console's API under the rest; faults for both."""

import time
from typing import TYPE_CHECKING

import msgspec
from werkzeug.wrappers import Request, Response

from ..faults import FaultKind, Faults
from ..spoiling import spoil
from .chain.app import BROADCAST, answer
from .chain.failures import QueryFailedError
from .chain.transactions import carries
from .funding import fund
from .market import Market
from .settings import Settings
from .tick import living

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from .gateway import Gateways

CHAIN = ("/akash/", "/cosmos/")
CONSOLE_CREATE = "/v1/deployments"
MAX_BODY_BYTES = 2_000_000


class Application:
    """The chain, and the Console in front of it."""

    def __init__(
        self,
        market: Market,
        console: "WSGIApplication",
        faults: Faults,
        settings: Settings,
        gateways: "Gateways | None" = None,
    ) -> None:
        self._market = market
        self._console = console
        self._faults = faults
        self._settings = settings
        self._gateways = gateways

    def close(self) -> None:
        """Stop the gateways' listening, for who does not let the process end."""
        if self._gateways is not None:
            self._gateways.close()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Serve one request."""
        request = Request(environ)
        request.max_content_length = MAX_BODY_BYTES
        return self._respond(request)(environ, start_response)

    def fund(self, account: str) -> dict[str, str]:
        """Give `account` play money; what it has now. Raises `ValueError` for what is no address."""
        return fund(self._market, account)

    def machines(self) -> list[str]:
        """The deployment numbers that have a lease."""
        return [str(lease.id.dseq) for lease in living(self._market.read())]

    def _respond(self, request: Request) -> Response:
        if self._faults.take(FaultKind.SLOW):
            time.sleep(self._settings.slow_seconds)
        if self._faults.take(FaultKind.THROTTLE):
            return Response("Too Many Requests", status=429, headers={"Retry-After": "1"}, content_type="text/plain")
        made = self._chain(request) if request.path.startswith(CHAIN) else self._ask_console(request)
        creates = made.status_code < 400 and _creates(request)
        return spoil(self._faults, request, made, creates=creates, nonsense="<html>upstream error</html>")

    def _chain(self, request: Request) -> Response:
        try:
            body, status = answer(self._market, request), 200
        except QueryFailedError as failure:
            body, status = failure.body, failure.status
        return Response(msgspec.json.encode(body), status=status, content_type="application/json")

    def _ask_console(self, request: Request) -> Response:
        return Response.from_app(self._console, request.environ, buffered=True)


def _creates(request: Request) -> bool:
    """Whether the call opens a deployment."""
    if request.method != "POST":
        return False
    if request.path == BROADCAST:
        return carries(request.get_data(), "MsgCreateDeployment")
    return request.path == CONSOLE_CREATE
