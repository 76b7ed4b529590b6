"""Whether a path holds the content that a CID names, and if not, exactly where it departs.

First the path's own CID is computed, which needs nobody. Where it differs, the wanted content's own
blocks decide, if somebody has them: they carry their chunk sizes with them, so that content written
under any profile can be checked, and a differing chunk named.
"""

from itertools import islice
from pathlib import Path

from ..core.errors import ResourceError, TimedOutError
from ..core.progress import Progress, silent
from .builder import compute
from .cid import Cid
from .compare import compare
from .content import Verification
from .wanted import BlockSource, UnlocatedError

MAX_DIFFERENCES = 20

_NO_SOURCE = "the roots differ; a node that holds the wanted content can say where"
_OTHER_PROFILE = "the same bytes, written under another profile than ours"
_MORE = f"there are more than {MAX_DIFFERENCES} differences"


def verify(path: Path, cid: Cid, node: BlockSource | None = None, progress: Progress = silent) -> Verification:
    """Compare `path` with `cid`. `node` (a `KuboNode`, or whoever has blocks) helps to say where they part.

    Raises what `compute` raises. A node that is absent or fails only costs the place of the
    difference; it is never believed: every block is hashed.
    """
    found = compute(path, progress).cid
    if found == cid:
        return Verification(matches=True, wanted=cid, found=found, located=True)
    if node is None:
        return Verification(matches=False, wanted=cid, found=found, located=False, note=_NO_SOURCE)
    try:
        rows = tuple(islice(compare(path, cid, node), MAX_DIFFERENCES + 1))
    except (UnlocatedError, ResourceError, TimedOutError) as error:  # the difference stands, without a place
        note = f"the roots differ; where cannot be said, because {error}"
        return Verification(matches=False, wanted=cid, found=found, located=False, note=note)
    return Verification(
        matches=not rows,
        wanted=cid,
        found=found,
        located=True,
        differences=rows[:MAX_DIFFERENCES],
        note=_OTHER_PROFILE if not rows else _MORE if len(rows) > MAX_DIFFERENCES else "",
    )
