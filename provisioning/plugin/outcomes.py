"""What an operation can come to besides success."""

from typing import Any


class NotReadyError(Exception):
    """There is, or may be, a machine, and it does not run: recorded with its id and the reasons.

    Only this keeps a machine in the engine's state after a failure. A plain error drops it, so a
    plain error is allowed only where surely nothing was made.
    """

    def __init__(self, resource_id: str, outputs: dict[str, Any], reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.resource_id = resource_id
        self.outputs = outputs
        self.reasons = reasons
