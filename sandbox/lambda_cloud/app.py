"""The stand-in as a WSGI application: key check, faults, routes."""

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from ..faults import FaultKind, Faults
from ..spoiling import spoil
from . import answers
from .bodies import Launch, NewKey, Terminate, parse
from .limits import RateLimit
from .refusals import RefusedError, invalid, no_such_resource, not_found, sold_out, unauthorized
from .settings import Settings
from .store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LAUNCH = "/api/v1/instance-operations/launch"
PRICE_RISE_PERCENT = 20
MAX_BODY_BYTES = 2_000_000

_ROUTES = Map(
    [
        Rule("/api/v1/instance-types", endpoint="list_types", methods=["GET"]),
        Rule("/api/v1/instances", endpoint="list_instances", methods=["GET"]),
        Rule("/api/v1/instances/<instance_id>", endpoint="get_instance", methods=["GET"]),
        Rule(LAUNCH, endpoint="launch", methods=["POST"]),
        Rule("/api/v1/instance-operations/terminate", endpoint="terminate", methods=["POST"]),
        Rule("/api/v1/ssh-keys", endpoint="list_keys", methods=["GET"]),
        Rule("/api/v1/ssh-keys", endpoint="add_key", methods=["POST"]),
        Rule("/api/v1/ssh-keys/<key_id>", endpoint="remove_key", methods=["DELETE"]),
        Rule("/api/v1/images", endpoint="list_images", methods=["GET"]),
    ]
)


class Application:
    """One account at the seller."""

    def __init__(self, store: Store, faults: Faults, settings: Settings) -> None:
        self._store = store
        self._faults = faults
        self._settings = settings
        self._limit = RateLimit()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Serve one request."""
        request = Request(environ)
        request.max_content_length = MAX_BODY_BYTES
        return self._respond(request)(environ, start_response)

    def machines(self) -> list[str]:
        """The ids of what a list shows."""
        return [row.id for row in self._store.listed()]

    def _respond(self, request: Request) -> Response:
        try:
            self._admit(request)
            refused = self._hold_back(request)
            if refused is not None:
                return refused
            data = self._route(request)
        except RefusedError as refusal:
            return _json(refusal.body, refusal.status)
        made, creates = _json({"data": data}, 200), request.path == LAUNCH
        return spoil(self._faults, request, made, creates=creates, nonsense="<html>upstream error</html>")

    def _admit(self, request: Request) -> None:
        key = request.authorization.token if request.authorization else None
        if key is None or request.authorization is None or request.authorization.type != "bearer":
            raise unauthorized()
        if key not in self._settings.keys:
            raise unauthorized()

    def _hold_back(self, request: Request) -> Response | None:
        if self._faults.take(FaultKind.SLOW):
            time.sleep(self._settings.slow_seconds)
        if self._faults.take(FaultKind.THROTTLE):
            return _too_many(1)
        if self._settings.rate_limit:
            wait = self._limit.wait_seconds(launch=request.path == LAUNCH)
            return _too_many(math.ceil(wait)) if wait > 0 else None
        return None

    def _route(self, request: Request) -> Any:
        try:
            endpoint, values = _ROUTES.bind_to_environ(request.environ).match()
        except HTTPException as error:
            raise not_found() from error
        answer: Callable[..., Any] = getattr(self, f"_{endpoint}")
        return answer(request, **values)

    def _list_types(self, _request: Request) -> dict[str, Any]:
        return {
            name: {
                "instance_type": answers.instance_type(name, kind, self._cents(name)),
                "regions_with_capacity_available": [
                    answers.region(self._store, region)
                    for region in kind.capacity
                    if self._store.free(name, region) > 0
                ],
            }
            for name, kind in self._store.stock.types.items()
        }

    def _list_instances(self, _request: Request) -> list[dict[str, Any]]:
        self._preempt()
        return [answers.instance(self._store, row) for row in self._store.listed()]

    def _get_instance(self, _request: Request, instance_id: str) -> dict[str, Any]:
        self._preempt()
        return answers.instance(self._store, self._store.get(instance_id))

    def _launch(self, request: Request) -> dict[str, Any]:
        wanted = parse(request.get_data(), Launch)
        self._check_image(wanted)
        if self._faults.take(FaultKind.CAPACITY):
            raise sold_out()
        return {"instance_ids": [self._store.launch(wanted, cents=self._cents(wanted.instance_type_name))]}

    def _terminate(self, request: Request) -> dict[str, Any]:
        rows = [self._store.get(wanted) for wanted in parse(request.get_data(), Terminate).instance_ids]
        for row in rows:
            self._store.end(row.id, "terminated")
        return {"terminated_instances": [answers.instance(self._store, self._store.get(row.id)) for row in rows]}

    def _list_keys(self, _request: Request) -> list[dict[str, str]]:
        return self._store.keys()

    def _add_key(self, request: Request) -> dict[str, str]:
        return self._store.add_key(parse(request.get_data(), NewKey))

    def _remove_key(self, _request: Request, key_id: str) -> dict[str, str]:
        if not self._store.remove_key(key_id):
            raise not_found()
        return {}

    def _list_images(self, _request: Request) -> list[dict[str, Any]]:
        return answers.images(self._store)

    def _check_image(self, wanted: Launch) -> None:
        if wanted.image is None:
            return
        if (wanted.image.id is None) == (wanted.image.family is None):
            raise invalid("Invalid request data. An image has an id or a family.")
        known = answers.images(self._store)
        if not any(wanted.image.id == image["id"] or wanted.image.family == image["family"] for image in known):
            raise no_such_resource("Image")

    def _cents(self, type_name: str) -> int:
        kind = self._store.stock.types.get(type_name)
        cents = kind.price_cents_per_hour if kind else 0
        moved = self._faults.peek(FaultKind.PRICE_MOVED) is not None
        return cents * (100 + PRICE_RISE_PERCENT) // 100 if moved else cents

    def _preempt(self) -> None:
        if self._faults.peek(FaultKind.PREEMPT) is None:
            return
        living = self._store.listed()
        self._faults.forget_strangers(FaultKind.PREEMPT, {row.id for row in living})
        for row in living:
            if self._faults.take(FaultKind.PREEMPT, row.id):
                self._store.end(row.id, "preempted")


def _json(body: dict[str, Any], status: int) -> Response:
    return Response(msgspec.json.encode(body), status=status, content_type="application/json")


def _too_many(seconds: int) -> Response:
    answer = Response("Too Many Requests", status=429, content_type="text/plain")
    answer.headers["Retry-After"] = str(seconds)
    return answer
