"""What runs for a lease, once its manifest has been taken."""

import hashlib
from typing import Any

import msgspec

from ....core.shapes import ready
from ..rows import Lease
from ..state import State
from ..stock import Bidder
from . import workload
from .about import public_host
from .delivery import holds
from .streams import NO_LEASE, NORMAL, TROUBLE, Stream, event, log_line

LINES = ("starting", "\x1b[32mready\x1b[0m")
"""What every workload here writes; colours as real ones like them, which a terminal should not be sent unread."""
EVENTS = (("Scheduled", "Successfully assigned"), ("Started", "Started container"))


def delivered_lease(state: State, bidder: Bidder, order: str) -> Lease | None:
    """This provider's lease for the order `owner/dseq/gseq/oseq`, if it lives and has its manifest."""
    lease = state.leases.get(f"{order}/{bidder.address}")
    return lease if lease and holds(bidder, lease) and lease.manifest is not None else None


def manifest_group(state: State, lease: Lease) -> dict[str, Any]:
    """The part of the manifest that this lease runs."""
    deployment = state.deployment(lease.id.owner, lease.id.dseq)
    name = deployment.groups[lease.id.gseq - 1].spec.name
    groups = msgspec.json.decode(lease.manifest or b"[]", type=list[dict[str, Any]])
    return next(row for row in groups if row["name"] == name)


def lease_status(state: State, bidder: Bidder, lease: Lease, ready_seconds: float) -> dict[str, Any]:
    """The status of all its services; they are ready so long after the manifest came."""
    return workload.lease_status(
        _group(state, lease), lease.id.xid, public_host(bidder), ready=_is_ready(state, lease, ready_seconds)
    )


def service_status(
    state: State, bidder: Bidder, lease: Lease, name: str, ready_seconds: float
) -> dict[str, Any] | None:
    """Of one service, `None` where there is none of that name."""
    for service in _group(state, lease).services:
        if service.name == name:
            ready = _is_ready(state, lease, ready_seconds)
            return workload.service_status(service, lease.id.xid, public_host(bidder), ready=ready)
    return None


def logs(state: State, lease: Lease | None, ready_seconds: float, tail: int) -> Stream:
    """The last `tail` lines of each service (all for a negative one), once there is anything that writes some."""
    if lease is None:
        return Stream(close_code=NO_LEASE)
    if not _is_ready(state, lease, ready_seconds):
        return Stream(close_code=TROUBLE, reason="no running pods")
    last = LINES[len(LINES) - tail if 0 <= tail < len(LINES) else 0 :]
    services = _group(state, lease).services
    return Stream(messages=[log_line(_pod(service), text) for service in services for text in last])


def events(state: State, lease: Lease | None) -> Stream:
    """What the cluster has done for it."""
    if lease is None:
        return Stream(close_code=NO_LEASE)
    space = hashlib.sha256(lease.id.xid.encode()).hexdigest()[:44]
    pods = [_pod(service) for service in _group(state, lease).services]
    rows = [event(pod, space, reason, note) for pod in pods for reason, note in EVENTS]
    return Stream(messages=rows, close_code=NORMAL)


def _pod(service: workload.Service) -> str:
    return f"{service.name}-{hashlib.sha256(service.name.encode()).hexdigest()[:10]}"


def _group(state: State, lease: Lease) -> workload.Group:
    return msgspec.convert(manifest_group(state, lease), ready(workload.Group))


def _is_ready(state: State, lease: Lease, ready_seconds: float) -> bool:
    return lease.delivered_at is not None and state.now >= lease.delivered_at + ready_seconds
