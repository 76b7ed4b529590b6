"""One provider's gateway: who may ask, what it says of itself, manifests, and what runs for a lease."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from ...faults import FaultKind
from ...spoiling import spoil
from ..market import Market
from ..rows import Lease
from ..state import State
from ..stock import Bidder
from . import about, running
from .claims import Asked, Claims, allows
from .delivery import RefusedError, take_manifest
from .jwt import DeniedError, read_claims, unauthorized
from .streams import is_websocket, send_stream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_BODY_BYTES = 2_000_000
_LEASE = "/lease/<int:dseq>/<int:gseq>/<int:oseq>"

_ROUTES = Map(
    [
        Rule("/version", endpoint="version", methods=["GET"]),
        Rule("/address", endpoint="address", methods=["GET"]),
        Rule("/status", endpoint="status", methods=["GET"]),
        Rule("/deployment/<int:dseq>/manifest", endpoint="send-manifest", methods=["PUT"]),
        Rule(f"{_LEASE}/manifest", endpoint="get-manifest", methods=["GET"]),
        Rule(f"{_LEASE}/status", endpoint="lease-status", methods=["GET"]),
        Rule(f"{_LEASE}/service/<service>/status", endpoint="service-status", methods=["GET"]),
        Rule(f"{_LEASE}/logs", endpoint="logs", methods=["GET"]),
        Rule(f"{_LEASE}/kubeevents", endpoint="events", methods=["GET"]),
    ]
)
_SCOPES = {"lease-status": "status", "service-status": "status"}
_STREAMS = {"logs", "events"}


class Gateway:
    """The WSGI application of one provider."""

    def __init__(self, market: Market, bidder: Bidder, *, ready_seconds: float) -> None:
        self._market = market
        self._bidder = bidder
        self._ready_seconds = ready_seconds
        self._open: dict[str, Callable[[State], Any]] = {
            "version": lambda _state: about.version(),
            "address": lambda _state: {"address": bidder.address},
            "status": lambda state: about.status(state, bidder),
        }

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Serve one request."""
        request = Request(environ)
        request.max_content_length = MAX_BODY_BYTES
        return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        if self._market.faults.peek(FaultKind.DARK):
            return _text("no healthy upstream", HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            return self._serve(request)
        except DeniedError as denied:
            return _json({"message": denied.message}, denied.status)
        except RefusedError as refused:
            return _text(refused.message, refused.status)
        except RequestEntityTooLarge:
            return _text("http: request body too large", HTTPStatus.UNPROCESSABLE_ENTITY)
        except HTTPException:
            return _text("404 page not found", HTTPStatus.NOT_FOUND)

    def _serve(self, request: Request) -> Response:
        endpoint, values = _ROUTES.bind_to_environ(request.environ).match(websocket=False)
        state = self._market.read()
        claims = read_claims(request.headers.get("Authorization", ""), lambda owner: _key_of(state, owner))
        if endpoint in self._open:
            return _json(self._open[endpoint](state))
        owner = self._admit(claims, endpoint, values)
        if endpoint == "send-manifest":
            take_manifest(self._market, self._bidder, f"{owner}/{values['dseq']}", request.get_data())
            return Response(status=HTTPStatus.OK)
        lease = running.delivered_lease(
            state, self._bidder, f"{owner}/{values['dseq']}/{values['gseq']}/{values['oseq']}"
        )
        if endpoint in _STREAMS:
            return self._stream(request, state, lease, endpoint)
        if lease is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "")
        told = _json(self._told(endpoint, state, lease, values.get("service")))
        return spoil(self._market.faults, request, told, creates=False, nonsense="<html>upstream error</html>")

    def _admit(self, claims: Claims | None, endpoint: str, values: Mapping[str, Any]) -> str:
        """The owner whose lease it is about: the token's issuer, whom nobody else can speak for."""
        asked = Asked(
            provider=self._bidder.address, dseq=values["dseq"], gseq=values.get("gseq"), oseq=values.get("oseq")
        )
        if claims is None or not allows(claims, asked, _SCOPES.get(endpoint, endpoint)):
            raise unauthorized()
        return claims.iss

    def _stream(self, request: Request, state: State, lease: Lease | None, endpoint: str) -> Response:
        if not is_websocket(request):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "Bad Request")
        if endpoint == "events":
            send_stream(request, running.events(state, lease))
        tail = request.args.get("tail", default=-1, type=int)
        send_stream(request, running.logs(state, lease, self._ready_seconds, tail))

    def _told(self, endpoint: str, state: State, lease: Lease, service: str | None) -> Any:
        if endpoint == "get-manifest":
            return [running.manifest_group(state, lease)]
        if service is None:
            return running.lease_status(state, self._bidder, lease, self._ready_seconds)
        found = running.service_status(state, self._bidder, lease, service, self._ready_seconds)
        if found is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "kube: no service for that lease")
        return found


def _key_of(state: State, owner: str) -> bytes | None:
    account = state.accounts.get(owner)
    return account.public_key if account else None


def _json(body: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(msgspec.json.encode(body), status=status, content_type="application/json; charset=UTF-8")


def _text(message: str, status: HTTPStatus) -> Response:
    answer = Response(f"{message}\n" if message else "", status=status, content_type="text/plain; charset=utf-8")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
