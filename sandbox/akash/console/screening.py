"""`POST /v1/bid-screening`: which providers could bid for an order now. Inventory only, no prices."""

from datetime import UTC, datetime
from typing import Any

from ..bidding import units_free
from ..matching import capable, matches, requirements_met
from ..spec import GroupSpec, Resources
from ..state import State
from ..stock import Bidder, Stock, gpu_key
from .screening_body import Screening, group_spec

ENROLLED = "2026-03-23T00:00:00.000Z"


def screen(state: State, stock: Stock, asked: Screening) -> dict[str, Any]:
    """The providers that could, each with how it has fared."""
    spec, window = group_spec(asked), asked.reclamation_window
    found = [row for row in stock.bidders if _could_bid(state, row, spec)]
    found = [row for row in found if window is None or (row.window_seconds or 0) >= window]
    return {"providers": [_provider(state, row) for row in found]}


def _could_bid(state: State, bidder: Bidder, spec: GroupSpec) -> bool:
    provider = state.providers[bidder.address]
    if not requirements_met(spec, provider) or not capable(spec, provider):
        return False
    needs = [unit for unit in spec.resources if unit.resource.gpu > 0]
    return all(_most_free(state, bidder, unit.resource) >= unit.resource.gpu * unit.count for unit in needs)


def _most_free(state: State, bidder: Bidder, resource: Resources) -> int:
    """Free GPUs of that model of its which will do and has most of them."""
    keys = [row.key for row in resource.gpu_attributes]
    free = [
        units_free(state, bidder, model)
        for model, gpu in bidder.gpus.items()
        if not keys or any(matches(key, stated) for key in keys for stated in _stated(bidder, model))
    ]
    return max(free, default=0)


def _stated(bidder: Bidder, model: str) -> list[str]:
    gpu = bidder.gpus[model]
    return [gpu_key(model, gpu, ram=ram, interface=face) for ram in (False, True) for face in (False, True)]


def _provider(state: State, bidder: Bidder) -> dict[str, Any]:
    day = datetime.fromtimestamp(state.now, UTC).strftime("%Y-%m-%d")
    return {
        "owner": bidder.address,
        "hostUri": state.providers[bidder.address].host_uri,
        "isAudited": bidder.audited,
        "createdAt": ENROLLED,
        "location": bidder.region,
        "organization": f"sandbox-{bidder.name}",
        "incidents": [{"date": day, "hasOpenIncident": False, "incidentCount": 0, "downtimeSeconds": 0}],
    }
