"""What content addressing yields: frozen values, without any heavy import."""

from enum import StrEnum

import msgspec

from .cid import Cid


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters that decide a CID beside the bytes (IPIP-499)."""

    name: str
    chunk_bytes: int
    max_links: int
    max_directory_block_bytes: int
    """A directory whose block would be larger is sharded."""
    hamt_fanout: int


UNIXFS_V1_2025 = Profile(
    name="unixfs-v1-2025",
    chunk_bytes=1 << 20,
    max_links=1024,
    max_directory_block_bytes=256 << 10,
    hamt_fanout=256,
)

POLICY = "hidden files and empty directories are included; links inside are kept as links"
"""What of a folder belongs to its content. Kubo's `add -r` leaves hidden files out unless told `--hidden`."""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a path holds, by content. `size_bytes` counts file bytes, `blocks` all blocks with repeats."""

    cid: Cid
    size_bytes: int
    blocks: int
    profile: str
    files: int
    directories: int
    symlinks: int


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """A node holds and keeps `content`: its root compared as bytes, its pin asked for afterwards."""

    content: Content
    node: str
    node_version: str
    warning: str | None = None

    @property
    def cid(self) -> Cid:
        """The root that is pinned."""
        return self.content.cid

    @property
    def size_bytes(self) -> int:
        """Bytes of files under it."""
        return self.content.size_bytes


class DifferenceKind(StrEnum):
    """How a path departs from the wanted content."""

    MISSING = "missing"
    """It is in the content, and not on disk."""
    EXTRA = "extra"
    """It is on disk, and not in the content."""
    KIND = "kind"
    """A file here, a folder or link there."""
    SIZE = "size"
    """The lengths differ; equal so far."""
    CHUNK = "chunk"
    """The bytes of one chunk differ."""
    TARGET = "target"
    """A link says something else."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One place where they part. `path` is below the verified path, empty for itself.

    `offset_bytes` and `length_bytes` frame the chunk in the file, `wanted` and `found` say both sides.
    """

    path: str
    kind: DifferenceKind
    offset_bytes: int | None = None
    length_bytes: int | None = None
    wanted: str = ""
    found: str = ""

    def __str__(self) -> str:
        chunk = f", bytes {self.offset_bytes} to {self.end_bytes}" if self.end_bytes is not None else ""
        return f"{self.path or 'the path itself'}{chunk}: {self.kind}, wanted {self.wanted}, found {self.found}"

    @property
    def end_bytes(self) -> int | None:
        """The first byte after the chunk."""
        if self.offset_bytes is None or self.length_bytes is None:
            return None
        return self.offset_bytes + self.length_bytes


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a path holds `wanted`.

    `found` is the path's own CID under our profile. Another profile gives other CIDs for the same
    bytes: `matches` may then still be true, shown by the content's own blocks. `located` says whether
    those blocks could be had; where they could not, `differences` is empty and `note` says why.
    """

    matches: bool
    wanted: Cid
    found: Cid
    located: bool
    differences: tuple[Difference, ...] = ()
    note: str = ""

    @property
    def sentence(self) -> str:
        """The outcome for a person; one line, and one more a difference."""
        if self.matches:
            return f"The path holds {self.wanted}" + (f" ({self.note})" if self.note else "")
        head = f"The path does not hold {self.wanted}; it holds {self.found}"
        tail = [self.note] if self.note else []
        return "\n".join([head, *(f"  {row}" for row in self.differences), *(f"  {line}" for line in tail)])
