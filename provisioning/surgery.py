"""State surgery: what the engine cannot repair by itself, done on an exported deployment. Pure.

`up` with pending creates only warns and buys the machine a second time; `refresh
--import-pending-creates` of 3.259 imports nothing and forgets the operation. So each pending create
becomes a resource with a placeholder id, which the next read resolves to the real one or to none.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from ..providers.base import Token
from .machines import INTERRUPTED, RESOURCE_TYPE
from .tokens import placeholder

Export = dict[str, Any]


def settle_pending(export: Mapping[str, Any], tokens: Mapping[str, Token]) -> Export:
    """`export` with every pending create of a machine turned into a resource; `tokens` are by URN.

    An update or delete that was interrupted keeps its resource: the next run repeats it.
    """
    edited = deepcopy(dict(export))
    inner = edited["deployment"]
    for operation in inner.pop("pending_operations", None) or []:
        resource = operation["resource"]
        if operation["type"] == "creating" and resource.get("type") == RESOURCE_TYPE:
            _insert(inner, _resource(resource, placeholder(tokens[resource["urn"]])))
    return edited


def _resource(resource: Mapping[str, Any], resource_id: str) -> dict[str, Any]:
    return {
        **resource,
        "id": resource_id,
        "outputs": dict(resource.get("inputs") or {}),
        "initErrors": [INTERRUPTED],
        "refreshBeforeUpdate": True,
    }


def _insert(inner: dict[str, Any], resource: dict[str, Any]) -> None:
    """Append it; one that waits to be replaced by it must go, or the engine would find two of one URN."""
    rows = inner.get("resources") or []
    kept = [row for row in rows if not (row["urn"] == resource["urn"] and row.get("pendingReplacement"))]
    inner["resources"] = [*kept, resource]
