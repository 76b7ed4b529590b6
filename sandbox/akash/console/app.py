"""The Console's paths: who may call which, and what each answers. Faults are shown by whoever mounts it."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from ..market import Market
from ..refusals import ChainRefusedError
from . import account, bodies
from .managed import Managed
from .public import MARKET_DATA, Public
from .refusals import TITLES, RefusedError, by_chain, refused, unfit
from .wallet import CREDIT_UACT, load_wallet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_BODY_BYTES = 1_000_000
NO_CERTIFICATES = (
    "This endpoint has been removed. mTLS certificates are no longer required as identity is now verified via API key."
)

_ROUTES = Map(
    [
        Rule("/v1/gpu-prices", endpoint="gpu_prices", methods=["GET"]),
        Rule("/v1/gpu", endpoint="gpu", methods=["GET"]),
        Rule("/v1/gpu-models", endpoint="gpu_models", methods=["GET"]),
        Rule("/v1/providers", endpoint="providers", methods=["GET"]),
        Rule("/v1/providers/<address>", endpoint="provider", methods=["GET"]),
        Rule("/v1/auditors", endpoint="auditors", methods=["GET"]),
        Rule("/v1/market-data", endpoint="market_data", methods=["GET"]),
        Rule("/v1/market-data/<any(akt,'akash-network'):_coin>", endpoint="market_data", methods=["GET"]),
        Rule("/v1/blockchain-status", endpoint="blockchain_status", methods=["GET"]),
        Rule("/v1/bid-screening", endpoint="screening", methods=["POST"]),
        Rule("/v1/balances", endpoint="balances", methods=["GET"]),
        Rule("/v1/certificates", endpoint="certificates", methods=["POST"]),
        Rule("/v1/user/me", endpoint="my_user", methods=["GET"]),
        Rule("/v1/wallets", endpoint="my_wallets", methods=["GET"]),
        Rule("/v1/deployments", endpoint="my_deployments", methods=["GET"]),
        Rule("/v1/deployments", endpoint="my_create", methods=["POST"]),
        Rule("/v1/deployments/<dseq>", endpoint="my_deployment", methods=["GET"]),
        Rule("/v1/deployments/<dseq>", endpoint="my_update", methods=["PUT"]),
        Rule("/v1/deployments/<dseq>", endpoint="my_close", methods=["DELETE"]),
        Rule("/v2/deployment-settings/<dseq>", endpoint="my_settings", methods=["GET"]),
        Rule("/v2/deployment-settings/<dseq>", endpoint="my_settings_change", methods=["PATCH"]),
        Rule("/v1/deposit-deployment", endpoint="my_deposit", methods=["POST"]),
        Rule("/v1/bids", endpoint="my_bids", methods=["GET"]),
        Rule("/v1/bids/<dseq>", endpoint="my_bids", methods=["GET"]),
        Rule("/v1/leases", endpoint="my_leases", methods=["POST"]),
        Rule("/v1/create-jwt-token", endpoint="my_token", methods=["POST"]),
    ]
)
_CREATED = {"my_create", "my_token"}


class Console:
    """One user of the Console, with its managed wallet."""

    def __init__(self, market: Market, folder: Path, *, ready_seconds: float) -> None:
        """The wallet and its API key lie in `folder`; its account is opened with play money."""
        self.wallet = load_wallet(folder)
        market.open_account(self.wallet.address, {"uact": CREDIT_UACT}, self.wallet.public_key)
        self._market = market
        self._public = Public(market)
        self._managed = Managed(market, self.wallet, ready_seconds=ready_seconds)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Serve one request."""
        request = Request(environ)
        request.max_content_length = MAX_BODY_BYTES
        return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        try:
            return self._serve(request)
        except RequestEntityTooLarge:
            return Response("Payload Too Large", status=413, content_type="text/plain;charset=UTF-8")
        except HTTPException:
            return Response("404 Not Found", status=404, content_type="text/plain;charset=UTF-8")
        except RefusedError as error:
            return _json(error.body, error.status)

    def _serve(self, request: Request) -> Response:
        endpoint, values = _ROUTES.bind_to_environ(request.environ).match()
        self._admit(request, needed=endpoint.startswith("my_"))
        handler: Callable[..., Any] = getattr(self, f"_{endpoint}")
        try:
            body = handler(request, **values)
        except ChainRefusedError as error:
            raise by_chain(error, TITLES.get(endpoint, "")) from error
        return _json(body, HTTPStatus.CREATED if endpoint in _CREATED else HTTPStatus.OK)

    def _admit(self, request: Request, *, needed: bool) -> None:
        """A wrong key is refused everywhere, none only where one is needed. A bearer token is nobody's here."""
        key = request.headers.get("x-api-key")
        if key and request.headers.get("authorization"):
            raise refused(HTTPStatus.BAD_REQUEST, "Authorization and X-Api-Key headers are mutually exclusive")
        if key and key not in self.wallet.api_keys:
            raise refused(HTTPStatus.UNAUTHORIZED, "Invalid API key")
        if needed and not key:
            raise refused(HTTPStatus.UNAUTHORIZED, "Unauthorized")

    def _gpu_prices(self, _request: Request) -> Any:
        return self._public.gpu_prices()

    def _gpu(self, request: Request) -> Any:
        return self._public.gpu(request.args)

    def _gpu_models(self, _request: Request) -> Any:
        return self._public.gpu_models()

    def _providers(self, _request: Request) -> Any:
        return self._public.providers()

    def _provider(self, _request: Request, address: str) -> Any:
        return self._public.provider(address)

    def _auditors(self, _request: Request) -> Any:
        return self._public.auditors()

    def _market_data(self, _request: Request, _coin: str = "akt") -> Any:
        return MARKET_DATA

    def _blockchain_status(self, _request: Request) -> Any:
        return {"isBlockchainReachable": True}

    def _screening(self, request: Request) -> Any:
        return self._public.screening(request.get_data())

    def _balances(self, request: Request) -> Any:
        address = request.args.get("address")
        if address is None:
            self._admit(request, needed=True)
        return self._public.balances(address or self.wallet.address)

    def _certificates(self, _request: Request) -> Any:
        raise RefusedError(HTTPStatus.BAD_REQUEST, {"error": NO_CERTIFICATES})

    def _my_user(self, _request: Request) -> Any:
        return account.user(self.wallet)

    def _my_wallets(self, request: Request) -> Any:
        return account.wallets(self.wallet, self._market.read(), request.args.get("userId"))

    def _my_deployments(self, request: Request) -> Any:
        skip, limit = _number(request, "skip", least=0), _number(request, "limit", least=1)
        return {"data": self._managed.listed(skip, limit)}

    def _my_create(self, request: Request) -> Any:
        return {"data": self._managed.create(bodies.parse_data(request.get_data(), bodies.NewDeployment))}

    def _my_deployment(self, _request: Request, dseq: str) -> Any:
        return {"data": self._managed.shown(_checked(dseq))}

    def _my_update(self, request: Request, dseq: str) -> Any:
        wanted = bodies.parse_data(request.get_data(), bodies.Update)
        return {"data": self._managed.update(_checked(dseq), wanted.sdl)}

    def _my_close(self, _request: Request, dseq: str) -> Any:
        return {"data": self._managed.close(_checked(dseq))}

    def _my_settings(self, _request: Request, dseq: str) -> Any:
        return {"data": self._managed.settings(_checked(dseq))}

    def _my_settings_change(self, request: Request, dseq: str) -> Any:
        wanted = bodies.parse_data(request.get_data(), bodies.NewSettings)
        return {"data": self._managed.change_settings(_checked(dseq), wanted)}

    def _my_deposit(self, request: Request) -> Any:
        return {"data": self._managed.deposit(bodies.parse_data(request.get_data(), bodies.NewDeposit))}

    def _my_bids(self, request: Request, dseq: str | None = None) -> Any:
        return {"data": self._managed.bids(_checked(dseq or request.args.get("dseq", "")))}

    def _my_leases(self, request: Request) -> Any:
        return {"data": self._managed.take(bodies.parse(request.get_data(), bodies.NewLeases))}

    def _my_token(self, request: Request) -> Any:
        return {"data": self._managed.token(bodies.parse_data(request.get_data(), bodies.NewToken))}


def _checked(dseq: str) -> str:
    try:
        return msgspec.convert(dseq, bodies.Dseq)
    except msgspec.ValidationError as error:
        raise unfit(("dseq",), "Invalid") from error


def _number(request: Request, name: str, *, least: int) -> int | None:
    text = request.args.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise unfit((name,), f"Number must be greater than or equal to {least}")
    return int(text)


def _json(body: Any, status: HTTPStatus) -> Response:
    return Response(msgspec.json.encode(body), status=status, content_type="application/json; charset=UTF-8")
