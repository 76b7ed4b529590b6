"""Folders of the cache that are there whole or not at all, and are made by one process at a time."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..core.errors import TimedOutError
from ..core.files import exclusive_lock, sync_folder

RETRY_SECONDS = 0.5
WAIT_SECONDS = 3600.0
_SCRATCH = ".making-"


@contextmanager
def alone(folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of `folder`, calling `waiting` now and then while another process has it."""
    deadline = time.monotonic() + WAIT_SECONDS
    lock = folder.parent / f".{folder.name}.lock"
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(exclusive_lock(lock))
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimedOutError(f"Another process has held {lock} for an hour") from None
                waiting()
                time.sleep(RETRY_SECONDS)
        yield


def fill(folder: Path, make: Callable[[Path], None]) -> None:
    """Replace `folder` by what `make` puts into an empty one; on any failure nothing changes.

    Call it under `alone`: what an earlier, killed process left half made is swept first.
    """
    prefix = f"{_SCRATCH}{folder.name}-"
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f"{prefix}*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=prefix) as scratch:
        made = Path(scratch) / folder.name
        made.mkdir()
        make(made)
        if folder.exists():
            folder.rename(Path(scratch) / "old")
        made.rename(folder)
    sync_folder(folder.parent)
