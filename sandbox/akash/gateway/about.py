"""What a provider says of itself, to anybody."""

from typing import Any

from ..bidding import units_free
from ..state import State
from ..stock import Bidder

CPU_PER_GPU = 32_000
MEMORY_PER_GPU = 256 << 30
STORAGE_PER_GPU = 2 << 40


def public_host(bidder: Bidder) -> str:
    """Where its workloads are reached; a name that is nobody's (RFC 2606)."""
    return f"provider.{bidder.name}.invalid"


def version() -> dict[str, Any]:
    """`GET /version`, by version/version.go of akash-network/provider at afc4dd7."""
    akash = {
        "name": "provider-services",
        "server_name": "provider-services",
        "version": "v0.11.0",
        "commit": "",
        "build_tags": "osusergo,netgo",
        "go": "go version go1.26.2 linux/amd64",
        "build_deps": None,
        "cosmos_sdk_version": "v0.53.7-akash.1",
    }
    return {"akash": akash, "kube": {"major": "1", "minor": "33", "gitVersion": "v1.33.0", "platform": "linux/amd64"}}


def status(state: State, bidder: Bidder) -> dict[str, Any]:
    """`GET /status`: one node for every model that it has."""
    leases = [row for row in state.leases.values() if row.living and row.id.provider == bidder.address]
    return {
        "cluster": {
            "leases": len(leases),
            "inventory": {"active": [_held(state, bidder)] if leases else None, "available": _available(state, bidder)},
        },
        "bidengine": {"orders": sum(row.id.provider == bidder.address for row in state.bids.values())},
        "manifest": {"deployments": sum(row.manifest is not None for row in leases)},
        "cluster_public_hostname": public_host(bidder),
        "address": bidder.address,
        "leased_ip": None,
    }


def _available(state: State, bidder: Bidder) -> dict[str, Any]:
    nodes = [
        {
            "name": f"node-{model}",
            "allocatable": _metrics(gpu.units),
            "available": _metrics(units_free(state, bidder, model)),
        }
        for model, gpu in bidder.gpus.items()
    ]
    return {"nodes": nodes}


def _held(state: State, bidder: Bidder) -> dict[str, int]:
    return _metrics(sum(gpu.units - units_free(state, bidder, model) for model, gpu in bidder.gpus.items()))


def _metrics(gpus: int) -> dict[str, int]:
    return {
        "cpu": gpus * CPU_PER_GPU,
        "gpu": gpus,
        "memory": gpus * MEMORY_PER_GPU,
        "storage_ephemeral": gpus * STORAGE_PER_GPU,
    }
