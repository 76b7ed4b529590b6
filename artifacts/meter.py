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
    """`blocks` as they are; `progress` hears of `item` how many GiB of files have passed."""
    done_bytes, told = 0, time.monotonic()
    progress(Step(item=item, stage=Stage.RUNNING))
    while True:
        try:
            block = next(blocks)
        except StopIteration as end:
            progress(Step(item=item, stage=Stage.DONE, text=_gib(done_bytes)))
            result: T = end.value
            return result
        except Exception:
            progress(Step(item=item, stage=Stage.FAILED, text=_gib(done_bytes)))
            raise
        done_bytes += len(block.data) if block.cid.codec == RAW else 0
        if time.monotonic() - told > SECONDS_BETWEEN:
            told = time.monotonic()
            progress(Step(item=item, stage=Stage.RUNNING, text=_gib(done_bytes)))
        yield block


def _gib(size_bytes: int) -> str:
    return f"{size_bytes / (1 << 30):.2f} GiB"
