"""Providers' gateways over TLS 1.3: JWT (ES256K), manifests, status; by akash-network/provider at afc4dd7.

What it cannot prove: whether a workload starts, how long that takes, and what a lease's logs say (websockets,
which it does not open). A provider's own certificate is all it shows, never one of the public web's.
"""

from .serve import Gateways

__all__ = ["Gateways"]
