"""`RunInstances` with what moto lacks: token semantics, checks of type, zone, image and bid, capacity."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from werkzeug.wrappers import Request, Response

from ..faults import FaultKind, Faults
from .life import Life
from .moto_side import Moto
from .spotprices import price_now, zones_of
from .spotrequests import SpotRequests
from .stock import Stock
from .wire import Call, RefusedError, answer


class Launches:
    """The account's launches. Not for threads."""

    def __init__(self, moto: Moto, stock: Stock, requests: SpotRequests, life: Life, faults: Faults) -> None:
        self._moto = moto
        self._stock = stock
        self._requests = requests
        self._life = life
        self._faults = faults
        self._by_token: dict[tuple[str, str | None, str], tuple[bytes, Any]] = {}

    def run(self, call: Call, request: Request, rise: Decimal, now: datetime) -> Response:
        """Make the machine, or give again the one that the token made."""
        key = (call.region, _zone(call), str(call.parameters.get("ClientToken", "")))
        print_ = msgspec.json.encode(call.parameters, order="deterministic", enc_hook=str)
        if key[2] and key in self._by_token:
            return answer(call, _again(*self._by_token[key], print_))
        self._check(call, rise, now)
        given, reservation = self._moto.launch(request, call.region, lambda instance: self._begin(call, instance, now))
        if reservation is not None:
            self._by_token[key] = (print_, reservation)
        return given

    def _begin(self, call: Call, instance: Any, now: datetime) -> None:
        self._life.begin(instance)
        if _is_spot(call):
            instance.spot_instance_request_id = self._requests.add(call, instance, now)

    def _check(self, call: Call, rise: Decimal, now: datetime) -> None:
        kind, zone = str(call.parameters.get("InstanceType", "")), _zone(call)
        zones = zones_of(call.region, kind)
        _check_type(kind, zone, zones)
        if call.parameters.get("ImageId") not in self._moto.ec2(call.region).amis:
            ami = call.parameters.get("ImageId")
            raise RefusedError("InvalidAMIID.NotFound", f"The image id '[{ami}]' does not exist")
        if _is_spot(call):
            self._check_bid(call, lambda: price_now(self._stock, kind, zone or zones[0], rise, now))
        if self._faults.take(FaultKind.CAPACITY):
            place = f"in the Availability Zone you requested ({zone})" if zone else "in this region"
            raise RefusedError(
                "InsufficientInstanceCapacity", f"We currently do not have sufficient {kind} capacity {place}.", 500
            )

    def _check_bid(self, call: Call, price: Callable[[], Decimal | None]) -> None:
        bid = call.parameters["InstanceMarketOptions"].get("SpotOptions", {}).get("MaxPrice")
        floor = price()
        if bid is not None and floor is not None and Decimal(bid) < floor:
            raise RefusedError(
                "SpotMaxPriceTooLow",
                f"Your Spot request price of {bid} is lower than the minimum required Spot request fulfillment "
                f"price of {floor:.6f}.",
            )


def _check_type(kind: str, zone: str | None, zones: list[str]) -> None:
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    if kind not in INSTANCE_TYPES:
        raise RefusedError("InvalidParameterValue", f"Invalid value '{kind}' for InstanceType.")
    if not zones or (zone is not None and zone not in zones):
        raise RefusedError(
            "Unsupported",
            f"Your requested instance type ({kind}) is not supported in your requested Availability Zone ({zone}).",
        )


def _again(first: bytes, reservation: Any, now: bytes) -> Any:
    if first != now:
        raise RefusedError(
            "IdempotentParameterMismatch",
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
        )
    if any(instance.state == "terminated" for instance in reservation.instances):
        raise RefusedError(
            "IdempotentInstanceTerminated", "The client token has already been used for a terminated instance."
        )
    return reservation


def _zone(call: Call) -> str | None:
    zone = call.parameters.get("Placement", {}).get("AvailabilityZone")
    return None if zone is None else str(zone)


def _is_spot(call: Call) -> bool:
    return bool(call.parameters.get("InstanceMarketOptions", {}).get("MarketType") == "spot")
