"""Content addresses without a daemon, pinning to a node, and verification down to the chunk.

The client library of the node is imported when a node is first asked, not before.
"""

from .builder import compute
from .cid import Cid, parse_cid
from .content import POLICY, Content, Difference, DifferenceKind, Pin, Verification
from .kubo import KuboNode
from .pinning import pin
from .verification import verify

__all__ = [
    "POLICY",
    "Cid",
    "Content",
    "Difference",
    "DifferenceKind",
    "KuboNode",
    "Pin",
    "Verification",
    "compute",
    "parse_cid",
    "pin",
    "verify",
]
