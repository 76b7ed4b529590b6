"""`GET /v1/providers`: everybody who is registered (console: apps/api/src/utils/map/provider.ts at d84c9e93d)."""

from datetime import UTC, datetime
from typing import Any

from ..bidding import units_free
from ..gateway.about import CPU_PER_GPU, MEMORY_PER_GPU, STORAGE_PER_GPU
from ..state import State
from ..stock import Bidder, Stock
from .gpus import interface_of

_UNKNOWN = (
    "email",
    "website",
    "ipRegion",
    "ipRegionCode",
    "ipCountry",
    "ipLat",
    "ipLon",
    "statusPage",
    "city",
    "timezone",
    "locationType",
    "hostingProvider",
    "hardwareCpu",
    "hardwareCpuArch",
    "hardwareGpuModels",
    "hardwareDisk",
    "featPersistentStorageType",
    "hardwareMemory",
    "networkProvider",
    "tier",
    "workloadSupportChiaCapabilities",
)
"""What a provider may say of itself, and none of these does."""
_NO = {"active": 0, "available": 0, "pending": 0, "total": 0}
_SAME: dict[str, Any] = {
    "createdHeight": 1,
    "cosmosSdkVersion": "v0.53.7-akash.1",
    "akashVersion": "v0.11.0",
    "uptime1d": 1,
    "uptime7d": 1,
    "uptime30d": 1,
    "isValidVersion": True,
    "isOnline": True,
    "host": "akash",
    "hardwareGpuVendor": "nvidia",
    "featPersistentStorage": False,
    "networkSpeedDown": 0,
    "networkSpeedUp": 0,
    "featEndpointCustomDomain": False,
    "workloadSupportChia": False,
    "featEndpointIp": False,
}
"""What is alike for all of them."""


def providers(state: State, stock: Stock) -> list[dict[str, Any]]:
    """All of them, online."""
    return [provider(state, bidder) for bidder in stock.bidders]


def provider(state: State, bidder: Bidder) -> dict[str, Any]:
    """One of them."""
    row = state.providers[bidder.address]
    leases = [lease for lease in state.leases.values() if lease.living and lease.id.provider == bidder.address]
    checked = datetime.fromtimestamp(state.now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return (
        dict.fromkeys(_UNKNOWN)
        | _SAME
        | {
            "owner": bidder.address,
            "name": row.host_uri.removeprefix("https://").split(":")[0],
            "hostUri": row.host_uri,
            "lastCheckDate": checked,
            "deploymentCount": len({(lease.id.owner, lease.id.dseq) for lease in leases}),
            "leaseCount": len(leases),
            "ipCountryCode": bidder.country,
            "stats": _stats(state, bidder),
            "gpuModels": [
                {"vendor": "nvidia", "model": model, "ram": gpu.ram, "interface": interface_of(model, gpu.interface)}
                for model, gpu in bidder.gpus.items()
            ],
            "lastOnlineDate": checked,
            "isAudited": bidder.audited,
            "attributes": [_attribute(state, bidder, item.key, item.value) for item in row.attributes],
            "organization": f"sandbox-{bidder.name}",
            "locationRegion": bidder.region,
            "country": bidder.country,
        }
    )


def _attribute(state: State, bidder: Bidder, key: str, value: str) -> dict[str, Any]:
    audits = state.providers[bidder.address].audits
    signed = [auditor for auditor, rows in audits.items() if any(row.key == key and row.value == value for row in rows)]
    return {"key": key, "value": value, "auditedBy": signed}


def _stats(state: State, bidder: Bidder) -> dict[str, Any]:
    total = sum(gpu.units for gpu in bidder.gpus.values())
    free = sum(units_free(state, bidder, model) for model in bidder.gpus)
    disk = _item(STORAGE_PER_GPU, total, free)
    return {
        "cpu": _item(CPU_PER_GPU, total, free),
        "gpu": _item(1, total, free),
        "memory": _item(MEMORY_PER_GPU, total, free),
        "storage": {"ephemeral": disk, "persistent": _NO, "total": disk},
    }


def _item(each: int, total: int, free: int) -> dict[str, int]:
    return {"active": (total - free) * each, "available": free * each, "pending": 0, "total": total * each}
