"""Which version of each module is spoken here; the chain answers 501 for any other."""

from .failures import OtherVersionError
from .wire import Info

SPOKEN = {
    "audit": "v1",
    "cert": "v1",
    "deployment": "v1beta4",
    "escrow": "v1",
    "market": "v1beta5",
    "provider": "v1beta4",
}
"""Of the modules whose messages or queries are used; see docs/akash.md for each.

Names as chain-sdk's `go/node/client/registry.go` gives them.
"""


def check_versions(info: Info) -> None:
    """Raises `OtherVersionError` where the node names a module's versions and ours is not among them."""
    served: dict[str, set[str]] = {}
    for api in info.supported_versions or ():
        for module in api.modules or ():
            served.setdefault(module.module, set()).add(module.version)
    other = [name for name, version in SPOKEN.items() if name in served and version not in served[name]]
    if other:
        says = ", ".join(f"{name} {'/'.join(sorted(served[name]))} (not {SPOKEN[name]})" for name in other)
        raise OtherVersionError(f"node {info.node_version or 'of an unknown version'} serves {says}")
