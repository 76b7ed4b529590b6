"""Every seller on this computer: stand-ins in the sellers' wire formats, and a real Kubo node."""

from .faucet import fund
from .injection import calm, inject
from .places import CONTEXT, SandboxLayout, layout
from .reading import PartStatus, SandboxStatus
from .supervisor import down, status, up

__all__ = [
    "CONTEXT",
    "PartStatus",
    "SandboxLayout",
    "SandboxStatus",
    "calm",
    "down",
    "fund",
    "inject",
    "layout",
    "status",
    "up",
]
