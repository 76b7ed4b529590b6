"""The plans that were made here: from which spec, so that a refusal can say the command that plans again.

Where no policy asks for approvals it is also what tells that a plan is another than the one that was made.

It stands beside the plans and not in them. What is signed is what will be bought: where somebody keeps
the spec is none of that, and the same spec gives the same bytes wherever it lies.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from ..core.digests import Digest
from ..core.errors import AmpacityError
from ..core.files import exclusive_lock, write_atomic
from ..core.shapes import ready
from .records import Records, private_folder

FILE = "planned.json"
KEPT = 200
"""How many plans are remembered; older ones are forgotten."""


class PlannedFrom(msgspec.Struct, frozen=True, kw_only=True):
    """One plan, where it was saved, and the spec that it was made from; both paths absolute."""

    name: str
    digest: Digest
    plan: Path
    spec: Path
    created_at: datetime | None = None
    """As the plan says; `None` of one from before that was kept."""


class Planned:
    """The plans that were made in one context, in the order of their making."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._file = state / FILE

    def remember(self, *, name: str, digest: Digest, plan: Path, spec: Path, created_at: datetime) -> None:
        """Write down that `plan` was made from `spec`. Raises `OSError` where the state cannot be written."""
        row = PlannedFrom(name=name, digest=digest, plan=plan.resolve(), spec=spec.resolve(), created_at=created_at)
        private_folder(self._state)
        with exclusive_lock(self._file.with_suffix(".lock"), wait=True):
            rows = [*self._rows(), row][-KEPT:]
            write_atomic(self._file, msgspec.json.encode(rows, enc_hook=str), mode=0o600)

    def knows(self, digest: Digest) -> bool:
        """Whether the plan of that digest was made here, as far as is remembered."""
        return any(row.digest == digest for row in self._rows())

    def made_as(self, name: str, created_at: datetime) -> PlannedFrom | None:
        """The last plan for `name` that was made here at that moment, whatever its digest."""
        rows = [row for row in self._rows() if (row.name, row.created_at) == (name, created_at)]
        return rows[-1] if rows else None

    def of_plan(self, plan: Path) -> PlannedFrom | None:
        """What was saved last under the path `plan`."""
        return _last(row for row in self._rows() if row.plan == plan.resolve())

    def of_name(self, name: str) -> PlannedFrom | None:
        """The plan that was last applied for the deployment `name`; where none was, the last that was made for it."""
        applied = self._applied(name)
        return _last(row for row in self._rows() if row.name == name and applied in {None, row.digest})

    def last(self) -> PlannedFrom | None:
        """The last plan of all."""
        return _last(self._rows())

    def _applied(self, name: str) -> Digest | None:
        with suppress(AmpacityError):
            record = Records(self._state).find(name)
            return record.plans[-1].digest if record and record.plans else None
        return None

    def _rows(self) -> list[PlannedFrom]:
        """What is remembered. A file that cannot be read is as good as none."""
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=ready(list[PlannedFrom]), dec_hook=_path)
        except (OSError, msgspec.MsgspecError):
            return []


def _last(rows: Iterable[PlannedFrom]) -> PlannedFrom | None:
    """The last of those whose spec is still there."""
    return next((row for row in reversed(list(rows)) if row.spec.is_file()), None)


def _path(kind: type, value: object) -> Path:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError("a path is text")
