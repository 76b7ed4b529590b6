"""Pin a path to a node: addressed here, sent as a CAR, and the node's word checked afterwards.

The path is read twice, so that a root is known before the first byte leaves, and a file that changes
in between is noticed. Memory does not grow with the size of files.
"""

from collections.abc import Generator
from pathlib import Path

from ..core.errors import ResourceError
from ..core.progress import Progress, silent
from .blocks import Block
from .builder import build, compute
from .car import car_stream
from .content import Content, Pin
from .failures import changed
from .kubo import KuboNode, version_warning
from .meter import metered


def pin(path: Path, node: KuboNode, progress: Progress = silent) -> Pin:
    """Have `node` keep the content of `path`. Raises what `build` and the node's calls raise."""
    version = node.version()  # first: nobody should hash for an hour to learn that there is no node
    content = compute(path, progress)
    blocks = _same_again(path, content, progress)
    try:
        node.import_car(content.cid, car_stream(content.cid, blocks))
    finally:
        blocks.close()
    if not node.keeps(content.cid):
        raise ResourceError(
            f"The IPFS node at {node.url} does not keep {content.cid}",
            why="it took the blocks, and does not list the pin",
            fix="ampacity doctor",
            code="AMP-IPFS-PIN",
        )
    return Pin(content=content, node=node.url, node_version=version, warning=version_warning(version))


def _same_again(path: Path, content: Content, progress: Progress) -> Generator[Block, None, None]:
    again = yield from metered(build(path), "send", progress)
    if again != content:
        raise changed(path)
