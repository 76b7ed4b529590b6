"""Ending one machine: its seller is asked until it says that it is gone."""

import threading

from ..providers.base import MachineRef, Provisions, StillThereError
from .plugin.patience import poll, retry

END_SECONDS = 180.0
"""How long that may take where no engine sets a limit."""


def end_machine(
    seller: Provisions, ref: MachineRef, *, seconds: float = END_SECONDS, stop: threading.Event | None = None
) -> bool:
    """Whether it is gone after at most `seconds`, or once `stop` is set. Raises what the seller's `delete` does."""
    waited_on = stop or threading.Event()

    def gone() -> bool | None:
        try:
            retry(lambda: seller.delete(ref), stop=waited_on)
        except StillThereError:
            return None
        return True

    return poll(gone, seconds=seconds, stop=waited_on, most=3.0) is True
