"""Spot requests: one for each spot machine, as `RunInstances` leaves behind."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from .wire import Call, RefusedError

Row = dict[str, Any]


class SpotRequests:
    """Requests by region, in the shape that they are described in. Not for threads."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, Row]] = {}

    def add(self, call: Call, instance: Any, now: datetime) -> str:
        """The fulfilled request behind `instance`; its id."""
        wanted = call.parameters
        options = wanted.get("InstanceMarketOptions", {}).get("SpotOptions", {})
        id_ = f"sir-{secrets.token_hex(4)}"
        self._rows.setdefault(call.region, {})[id_] = {
            "SpotInstanceRequestId": id_,
            "InstanceId": instance.id,
            "State": "active",
            "Status": {"Code": "fulfilled", "Message": "Your spot request is fulfilled.", "UpdateTime": now},
            "Type": options.get("SpotInstanceType", "one-time"),
            "InstanceInterruptionBehavior": options.get("InstanceInterruptionBehavior", "terminate"),
            "CreateTime": now,
            "LaunchedAvailabilityZone": instance.placement.zone,
            "ProductDescription": "Linux/UNIX",
            "LaunchSpecification": {"InstanceType": instance.instance_type, "ImageId": instance.image_id},
            "Tags": [
                tag
                for specification in wanted.get("TagSpecifications", ())
                if specification["ResourceType"] == "spot-instances-request"
                for tag in specification["Tags"]
            ],
            **({"SpotPrice": options["MaxPrice"]} if "MaxPrice" in options else {}),
        }
        return id_

    def close(self, instance_id: str, code: str) -> None:
        """The machine is gone, and with it a one-time request."""
        for rows in self._rows.values():
            for row in rows.values():
                if row["InstanceId"] == instance_id and row["State"] == "active":
                    row["State"] = "closed"
                    row["Status"] = {"Code": code, "Message": code}

    def describe(self, call: Call) -> Row:
        """`DescribeSpotInstanceRequests`."""
        rows = self._chosen(call)
        filters = call.parameters.get("Filters", ())
        return {"SpotInstanceRequests": [row for row in rows if all(_passes(row, wanted) for wanted in filters)]}

    def cancel(self, call: Call) -> Row:
        """`CancelSpotInstanceRequests`: ends the request, and leaves its machine running."""
        rows = self._chosen(call)
        for row in rows:
            if row["State"] in {"open", "active"}:
                row["State"] = "cancelled"
        return {
            "CancelledSpotInstanceRequests": [
                {"SpotInstanceRequestId": row["SpotInstanceRequestId"], "State": row["State"]} for row in rows
            ]
        }

    def _chosen(self, call: Call) -> list[Row]:
        mine = self._rows.get(call.region, {})
        wanted: Sequence[str] = call.parameters.get("SpotInstanceRequestIds") or list(mine)
        for id_ in wanted:
            if id_ not in mine:
                raise RefusedError(
                    "InvalidSpotInstanceRequestID.NotFound", f"The spot instance request ID '{id_}' does not exist"
                )
        return [mine[id_] for id_ in wanted]


def _passes(row: Row, wanted: Mapping[str, Any]) -> bool:
    return any(value in wanted["Values"] for value in _values(row, wanted["Name"]))


def _values(row: Row, name: str) -> Iterator[str]:
    if name.startswith("tag:"):
        yield from (tag["Value"] for tag in row["Tags"] if tag["Key"] == name.removeprefix("tag:"))
    elif name == "tag-key":
        yield from (tag["Key"] for tag in row["Tags"])
    else:
        fields = {"state": "State", "instance-id": "InstanceId", "spot-instance-request-id": "SpotInstanceRequestId"}
        if name not in fields:
            raise RefusedError("InvalidParameterValue", f"The filter '{name}' is invalid")
        yield row[fields[name]]
