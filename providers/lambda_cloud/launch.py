"""What the launch call is sent. Pure."""

import re
from datetime import datetime
from typing import Any

from ..base import Failure, MachineOrder, ProviderError
from .names import PROVIDER
from .tags import write_tags

MAX_USER_DATA_BYTES = 1_000_000
_IMAGE_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")


def launch_body(order: MachineOrder, *, ssh_key: str, now: datetime) -> dict[str, Any]:
    """The body of `POST /instance-operations/launch`. Raises `ProviderError` for what it cannot carry."""
    _check(order)
    name = machine_name(order)
    body: dict[str, Any] = {
        "region_name": order.offer.provider_ref["region"],
        "instance_type_name": order.offer.provider_ref["instance_type"],
        "ssh_key_names": [ssh_key],
        "name": name,
        "hostname": name,
        "tags": write_tags(order, now),
    }
    if order.image != "default":
        body["image"] = {"id" if _IMAGE_ID.fullmatch(order.image) else "family": order.image}
    if order.user_data is not None:
        body["user_data"] = order.user_data
    return body


def machine_name(order: MachineOrder) -> str:
    """A name of at most 63 characters that is a hostname too: `llama-train-gpu-3-1f2e3d4c`."""
    labels = order.labels
    readable = re.sub(r"[^0-9a-z]+", "-", f"{labels.deployment_name}-{labels.machine}".lower()).strip("-")
    return f"{readable[:54] or 'machine'}-{labels.token[:8]}"


def _check(order: MachineOrder) -> None:
    size = len((order.user_data or "").encode())
    if size > MAX_USER_DATA_BYTES:
        _refuse(f"user data of {size} bytes; at most {MAX_USER_DATA_BYTES}", "shorten the file under node.user_data")
    if order.offer.disk_gib is not None and order.disk_gib > order.offer.disk_gib:
        _refuse(f"{order.offer.sku} has {order.offer.disk_gib} GiB of disk", "lower node.disk_gib in the spec")
    if not {"region", "instance_type"} <= order.offer.provider_ref.keys():
        _refuse("the offer does not say what to launch", "ampacity plan SPEC")


def _refuse(why: str, fix: str) -> None:
    raise ProviderError(PROVIDER, Failure.INVALID, why, fix=fix)
