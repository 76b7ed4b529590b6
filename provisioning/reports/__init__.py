"""What the verbs hand back, frozen: the command line renders them. Sums and ways on are properties."""

from .applied import REWRITE, ApplyReport, MachineOutcome, Outcome
from .checked import Checked
from .destroyed import DestroyReport
from .drift import (
    MACHINE,
    NEVER_MADE,
    NOT_REMOVED,
    NOT_REPLACED,
    STATE,
    UNFINISHED,
    UNSETTLED,
    Drift,
    DriftKind,
    DriftReport,
)
from .ended import EndedDeployment
from .orphaned import NO_DEPLOYMENT, EndReport, Orphan, OrphanReport
from .standing import DeploymentStatus, FormerMachine, MachineStatus, held
from .sums import sum_known
from .topups import A_MOMENT, TopUp, TopUpQuote, TopUpReport
from .ways import REPLAN

__all__ = [
    "A_MOMENT",
    "MACHINE",
    "NEVER_MADE",
    "NOT_REMOVED",
    "NOT_REPLACED",
    "NO_DEPLOYMENT",
    "REPLAN",
    "REWRITE",
    "STATE",
    "UNFINISHED",
    "UNSETTLED",
    "ApplyReport",
    "Checked",
    "DeploymentStatus",
    "DestroyReport",
    "Drift",
    "DriftKind",
    "DriftReport",
    "EndReport",
    "EndedDeployment",
    "FormerMachine",
    "MachineOutcome",
    "MachineStatus",
    "Orphan",
    "OrphanReport",
    "Outcome",
    "TopUp",
    "TopUpQuote",
    "TopUpReport",
    "held",
    "sum_known",
]
