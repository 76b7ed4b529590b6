"""A provider's gateway: where the manifest goes, and where a lease's state comes from.

Its address is the provider's own claim on the chain, so everything here takes the other side for an
enemy: only https to a public address, looked up once and connected to as looked up; no redirects,
no proxies; a certificate that the web trusts, or exactly one that the provider registered on the
chain; sizes and times capped as a whole, not per read; outsiders' text without control characters.

Paths, statuses and fields: provider `gateway/rest/{router,auth,cluster_errors}.go`,
`utils/httperror`, chain-sdk `go/provider/client/{client,types}.go`, read 2026-11-21.
"""

from .client import GatewayClient
from .failures import GatewayError, Trouble
from .hosts import Host, check_host_uri
from .lease import Event, ForwardedPort, LeasedIp, LeaseStatus, Service
from .limits import Limits

__all__ = [
    "Event",
    "ForwardedPort",
    "GatewayClient",
    "GatewayError",
    "Host",
    "LeaseStatus",
    "LeasedIp",
    "Limits",
    "Service",
    "Trouble",
    "check_host_uri",
]
