"""The Pulumi engine, driven as a program: one `EngineStack` a deployment.

The SDK's own driver is not used: it starts four processes for one `up`, and loses machines when
the caller is killed. Importing this is cheap; gRPC loads when an operation starts.
"""

from .cancel import Cancel, on_interrupt
from .checkpoint import read_checkpoint
from .failures import UNOPENED
from .locks import engine_at_work
from .results import Change, Diagnostic, EngineResult, Op
from .settings import EngineSettings, checkpoint_file
from .stack import EngineStack
from .state import PendingCreate, pending_creates, records

__all__ = [
    "UNOPENED",
    "Cancel",
    "Change",
    "Diagnostic",
    "EngineResult",
    "EngineSettings",
    "EngineStack",
    "Op",
    "PendingCreate",
    "checkpoint_file",
    "engine_at_work",
    "on_interrupt",
    "pending_creates",
    "read_checkpoint",
    "records",
]
