"""Answers in the seller's shapes."""

from typing import Any

import msgspec

from .stock import StockedType
from .store import Row, Store, tags_of

IMAGE_DATE = "2026-10-01T00:00:00.000Z"


def region(store: Store, name: str) -> dict[str, str]:
    """A region with its description."""
    return {"name": name, "description": store.stock.regions[name]}


def instance_type(name: str, kind: StockedType, cents: int) -> dict[str, Any]:
    """One type at a price."""
    return {
        "name": name,
        "description": f"{kind.specs.gpus}x {kind.gpu_description}",
        "gpu_description": kind.gpu_description,
        "price_cents_per_hour": cents,
        "specs": msgspec.to_builtins(kind.specs),
    }


def instance(store: Store, row: Row) -> dict[str, Any]:
    """One machine. It has an address once it is up, in a range that leads nowhere (RFC 5737)."""
    status = store.status(row)
    up = status == "active"
    answer: dict[str, Any] = {
        "id": row.id,
        "status": status,
        "ssh_key_names": [row.ssh_key],
        "file_system_names": [],
        "region": region(store, row.region),
        "instance_type": instance_type(row.type, store.stock.types[row.type], row.cents),
        "is_reserved": False,
        "actions": {
            action: {"available": up or (action == "terminate" and status == "booting")}
            for action in ("migrate", "rebuild", "restart", "cold_reboot", "terminate")
        },
        "tags": msgspec.to_builtins(tags_of(row)),
    }
    if up:
        answer["ip"] = f"198.51.100.{row.number % 254 + 1}"
        answer["private_ip"] = f"10.19.{row.number // 254 % 256}.{row.number % 254 + 1}"
    named = {"name": row.name, "hostname": row.hostname}
    return answer | {key: value for key, value in named.items() if value is not None}


def images(store: Store) -> list[dict[str, Any]]:
    """One image a region."""
    return [
        {
            "id": f"43336648-096d-4cba-9aa2-{number:012x}",
            "created_time": IMAGE_DATE,
            "updated_time": IMAGE_DATE,
            "name": "lambda-stack-24-04",
            "description": "Lambda Stack 24.04",
            "family": "lambda-stack-24-04",
            "version": "24.4.1",
            "architecture": "x86_64",
            "region": region(store, name),
        }
        for number, name in enumerate(store.stock.regions)
    ]
