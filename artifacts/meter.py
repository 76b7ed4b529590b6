"""How far a walk over bytes has come, told a few times a second at most."""

import time
from collections.abc import Generator
from typing import TypeVar

from ..core.progress import Progress, Stage, Step
from .blocks import Block
from .cid import RAW

SECONDS_BETWEEN = 0.25

T = TypeVar("T")


def metered(blocks: Generator[Block, None, T], item: str, progress: Progress) -> Generator[Block, None, T]:
    """`blocks` as they are; `progress` hears of `item` how many bytes of files have passed."""
    done_bytes, told = 0, time.monotonic()
    progress(Step(item=item, stage=Stage.RUNNING))
    while True:
        try:
            block = next(blocks)
        except StopIteration as end:
            progress(Step(item=item, stage=Stage.DONE, text=show_size(done_bytes)))
            result: T = end.value
            return result
        except Exception:
            progress(Step(item=item, stage=Stage.FAILED, text=show_size(done_bytes)))
            raise
        done_bytes += len(block.data) if block.cid.codec == RAW else 0
        if time.monotonic() - told > SECONDS_BETWEEN:
            told = time.monotonic()
            progress(Step(item=item, stage=Stage.RUNNING, text=show_size(done_bytes), measures=True))
        yield block


def show_size(size_bytes: int) -> str:
    """`1.5 KiB`: binary units, up to GiB."""
    size, units = float(size_bytes), ["bytes", "KiB", "MiB", "GiB"]
    while size >= 1024 and len(units) > 1:
        size, units = size / 1024, units[1:]
    return f"{size:.0f} {units[0]}" if units[0] == "bytes" else f"{size:.1f} {units[0]}"
