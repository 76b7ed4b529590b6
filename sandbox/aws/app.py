"""The stand-in as a WSGI application: faults, our own answers, and moto's for the rest."""

import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from ..faults import FaultKind, Faults
from ..spoiling import spoil
from . import images, pricing, spotprices
from .launches import Launches
from .life import Life
from .moto_side import Moto
from .settings import Settings
from .spotrequests import SpotRequests
from .stock import Stock
from .wire import Call, RefusedError, answer, read_call, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PRICE_RISE = Decimal("1.3")
MAX_BODY_BYTES = 1_000_000
FACTS = frozenset({"DescribeInstanceTypes", "DescribeInstanceTypeOfferings"})
"""Never change, and cost moto a quarter of a second a time: answered from memory."""
CREATE = ("ec2", "RunInstances")
TERMINATE = ("ec2", "TerminateInstances")


class Application:
    """One account at the seller."""

    def __init__(self, stock: Stock, faults: Faults, settings: Settings) -> None:
        self._stock = stock
        self._faults = faults
        self._settings = settings
        self._moto = Moto()
        self._requests = SpotRequests()
        self._life = Life(self._moto, self._requests, faults, settings.ready_seconds)
        self._facts: dict[tuple[str, bytes], Response] = {}
        self._launches = Launches(self._moto, stock, self._requests, self._life, faults)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Serve one request."""
        request = Request(environ)
        request.max_content_length = MAX_BODY_BYTES
        request.get_data(cache=True, parse_form_data=False)  # moto reads it again
        call = read_call(request)
        return self._respond(call, request)(environ, start_response)

    def machines(self) -> list[str]:
        """The ids of what lives."""
        with self._moto.lock:
            return [one.id for one in self._life.living()]

    def _respond(self, call: Call | None, request: Request) -> Response:
        if call is None:
            return Response("<Error><Code>MissingAuthenticationToken</Code></Error>", 403, content_type="text/xml")
        try:
            self._hold_back(call)
            with self._moto.lock:
                self._life.settle()
                given = self._answer(call, request)
        except RefusedError as error:
            return refusal(call, error)
        creates = (call.service, call.action) == CREATE
        return spoil(self._faults, request, given, creates=creates, nonsense="upstream error")

    def _hold_back(self, call: Call) -> None:
        if self._faults.take(FaultKind.SLOW):
            time.sleep(self._settings.slow_seconds)
        if self._faults.take(FaultKind.THROTTLE):
            code = "RequestLimitExceeded" if call.service == "ec2" else "ThrottlingException"
            raise RefusedError(code, "Request limit exceeded.", 503 if call.service == "ec2" else 400)

    def _answer(self, call: Call, request: Request) -> Response:
        rise = PRICE_RISE if self._faults.peek(FaultKind.PRICE_MOVED) else Decimal(1)
        now = datetime.now(UTC)
        match call.service, call.action:
            case "ec2", "RunInstances":
                return self._launches.run(call, request, rise, now)
            case "ec2", "DescribeSpotPriceHistory":
                made = spotprices.describe_history(call, self._stock, rise, now)
            case "ec2", "DescribeSpotInstanceRequests":
                made = self._requests.describe(call)
            case "ec2", "CancelSpotInstanceRequests":
                made = self._requests.cancel(call)
            case "pricing", "GetProducts":
                made = pricing.get_products(call, self._stock, rise)
            case "ssm", "GetParameter" if images.is_known(call):
                made = images.get_parameter(call, self._moto)
            case "ec2", action if action in FACTS:
                return self._fact(call, request)
            case _:
                return self._forward(call, request)
        return answer(call, made)

    def _fact(self, call: Call, request: Request) -> Response:
        key = (call.region, request.get_data())
        if key not in self._facts:
            self._facts[key] = self._moto.ask(request)
        known = self._facts[key]
        return Response(known.get_data(), known.status_code, known.headers)

    def _forward(self, call: Call, request: Request) -> Response:
        given = self._moto.ask(request)
        if (call.service, call.action) == TERMINATE and given.status_code == 200:
            for instance_id in call.parameters.get("InstanceIds", ()):
                self._requests.close(instance_id, "instance-terminated-by-user")
        return given
