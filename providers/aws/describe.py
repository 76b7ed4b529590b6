"""Asking EC2 what there is. Every function raises `ProviderError` when it cannot be asked."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..base import Token
from .failures import RefusedError, translated
from .machines import LIVING
from .names import TAG_TOKEN

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

Row = dict[str, Any]

LIVING_FILTER = {"Name": "instance-state-name", "Values": list(LIVING)}
OPEN_FILTER = {"Name": "state", "Values": ["open"]}
UNATTACHED_FILTER = {"Name": "status", "Values": ["available"]}
OURS_FILTER = {"Name": "tag-key", "Values": [TAG_TOKEN]}


def with_token(token: Token) -> dict[str, Any]:
    """The filter for what one create call made."""
    return {"Name": f"tag:{TAG_TOKEN}", "Values": [token]}


def instance(client: "EC2Client", instance_id: str) -> Row | None:
    """The instance with that id, `None` for one that AWS does not know."""
    try:
        with translated(creating=False):
            answer = client.describe_instances(InstanceIds=[instance_id])
    except RefusedError as error:
        if error.gone:
            return None
        raise
    return next((dict(row) for stay in answer["Reservations"] for row in stay.get("Instances", ())), None)


def instances_by_id(client: "EC2Client", ids: Iterable[str]) -> dict[str, Row]:
    """Those of the instances that AWS knows. By a filter: one unknown id would refuse a list of ids."""
    rows = instances(client, {"Name": "instance-id", "Values": list(ids)})
    return {str(row.get("InstanceId")): row for row in rows}


def spot_request(client: "EC2Client", request_id: str) -> Row | None:
    """The spot request with that id, `None` for one that AWS does not know."""
    try:
        with translated(creating=False):
            answer = client.describe_spot_instance_requests(SpotInstanceRequestIds=[request_id])
    except RefusedError as error:
        if error.gone:
            return None
        raise
    return next((dict(row) for row in answer["SpotInstanceRequests"]), None)


def instances(client: "EC2Client", *filters: Any) -> list[Row]:
    """All instances that pass every filter."""
    with translated(creating=False):
        pages = client.get_paginator("describe_instances").paginate(Filters=list(filters))
        return [
            dict(row) for page in pages for stay in page.get("Reservations", ()) for row in stay.get("Instances", ())
        ]


def spot_requests(client: "EC2Client", *filters: Any) -> list[Row]:
    """All spot requests that pass every filter."""
    with translated(creating=False):
        pages = client.get_paginator("describe_spot_instance_requests").paginate(Filters=list(filters))
        return [dict(row) for page in pages for row in page.get("SpotInstanceRequests", ())]


def volumes(client: "EC2Client", *filters: Any) -> list[Row]:
    """All disks that pass every filter."""
    with translated(creating=False):
        pages = client.get_paginator("describe_volumes").paginate(Filters=list(filters))
        return [dict(row) for page in pages for row in page.get("Volumes", ())]
