"""What is remembered of a deployment beside the engine's state: whose it is, until when, by which plans.

STATE/pulumi/                      the engine's file backend
STATE/home/                        the engine's own PULUMI_HOME
STATE/deployments/NAME/record.json
STATE/deployments/NAME/journal/    one entry a create call
STATE/deployments/NAME/lock
STATE/archive/NAME-UID/            what is left of a destroyed deployment
"""

import secrets
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec

from ..core.digests import Digest
from ..core.errors import MissingError, ResourceError, UsageError
from ..core.files import sync_folder, write_atomic
from ..core.shapes import ready
from ..planning.plan import Definition, FileRef
from .machines import MachineInputs, without_secrets

RECORD = "record.json"
UID_CHARS = 32


class UsedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that was applied: written before the first create, so that none is applied twice."""

    digest: Digest
    at: datetime
    approval: str
    """The gate's sentence."""
    approvers: tuple[str, ...] | None = None
    """The gate's names of who approved. `None` in records from before they were kept."""


class DeploymentRecord(msgspec.Struct, frozen=True, kw_only=True, rename={"schema_": "schema"}):
    """`ampacity.deployment/1`. `wanted` are the last applied plan's machines, without what runs on them."""

    uid: str
    """32 hex digits, new for every deployment, even one of the same name."""
    name: str
    context: str
    created_at: datetime
    ends_at: datetime | None
    hours: Decimal
    ttl_hours: Decimal | None = None
    """Of the last applied plan: how long its machines may run."""
    ceiling_usd_per_hour: Decimal | None = None
    """Of the last applied plan: what was approved at most. `None` in records from before it was kept."""
    approved_usd: Decimal | None = None
    """Its worst case with what was spent before it. `None` without a bound, and in records from before it was kept."""
    destroying_since: datetime | None = None
    """Set before the first machine is ended, and never cleared by a destroy that is not complete."""
    sites: str | None
    """The racks file, absolute."""
    user_data: FileRef | None
    """Where the machines' user-data was read, absolute, and what it was."""
    definition: Definition | None = None
    """The same of what runs in a seller's own language."""
    schema_: Literal["ampacity.deployment/1"] = "ampacity.deployment/1"
    plans: tuple[UsedPlan, ...] = ()
    wanted: tuple[MachineInputs, ...] = ()

    def used(self, digest: Digest) -> UsedPlan | None:
        """When and how the plan was applied, if it was."""
        return next((plan for plan in self.plans if plan.digest == digest), None)


class Records:
    """The deployments of one context's state folder."""

    def __init__(self, state: Path) -> None:
        self._root = state / "deployments"
        self._archive = state / "archive"

    def names(self) -> list[str]:
        """Every deployment that has a record."""
        return sorted(path.parent.name for path in self._root.glob(f"*/{RECORD}"))

    def folder(self, name: str) -> Path:
        """The deployment's folder, there or not. Raises `UsageError` for a name that is no plain name."""
        if not name or name != Path(name).name or name.startswith("."):
            raise UsageError(f"{name!r} is no deployment's name", fix="ampacity status", code="AMP-NAME")
        return self._root / name

    def journal(self, name: str) -> Path:
        """The folder of its journal."""
        return self.folder(name) / "journal"

    def lock(self, name: str) -> Path:
        """The file that is locked while it is changed."""
        return self.folder(name) / "lock"

    def find(self, name: str) -> DeploymentRecord | None:
        """The record, `None` where there is no such deployment. Raises `ResourceError` if it cannot be read."""
        return _read(self.folder(name) / RECORD, name)

    def get(self, name: str) -> DeploymentRecord:
        """The record; raises `MissingError` where there is no such deployment."""
        record = self.find(name)
        if record is None:
            raise MissingError(
                f"There is no deployment {name!r}",
                why=f"known: {', '.join(self.names()) or 'none'}",
                fix="ampacity status",
                code="AMP-DEPLOYMENT-UNKNOWN",
            )
        return record

    def save(self, record: DeploymentRecord) -> None:
        """Write it durably. Machines go in without what runs on them, which may be secret."""
        bare = tuple(without_secrets(machine) for machine in record.wanted)
        folder = private_folder(self.folder(record.name))
        data = msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(record, wanted=bare)))
        write_atomic(folder / RECORD, data + b"\n", mode=0o600)

    def archive(self, record: DeploymentRecord) -> None:
        """Put a destroyed deployment aside: its plans stay used, its name is free."""
        target = private_folder(self._archive) / f"{record.name}-{record.uid}"
        self.folder(record.name).rename(target)
        sync_folder(self._archive)
        sync_folder(self._root)

    def archived(self) -> list[tuple[DeploymentRecord, Path]]:
        """Every deployment that was destroyed here, with the folder of its journal. Raises as `find` does."""
        paths = sorted(self._archive.glob(f"*/{RECORD}"))
        read = ((_read(path, path.parent.name), path.parent / "journal") for path in paths)
        return [(record, journal) for record, journal in read if record is not None]

    def archived_uids(self, name: str) -> set[str]:
        """The ids of the deployments called `name` that were destroyed here."""
        return {path.parent.name[-UID_CHARS:] for path in self._archive.glob(f"{name}-*/{RECORD}")}

    def archived_use(self, digest: Digest) -> UsedPlan | None:
        """The use of a plan by a deployment that is destroyed by now."""
        for path in self._archive.glob(f"*/{RECORD}"):
            used = msgspec.json.decode(path.read_bytes(), type=ready(DeploymentRecord)).used(digest)
            if used is not None:
                return used
        return None


def _read(path: Path, name: str) -> DeploymentRecord | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=ready(DeploymentRecord))
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise ResourceError(
            f"The record of {name} cannot be read", why=f"{path}: {error}", fix=f"look at {path}", code="AMP-STATE"
        ) from error


def new_uid() -> str:
    """A deployment's unique id."""
    return secrets.token_hex(UID_CHARS // 2)


def private_folder(path: Path) -> Path:
    """`path`, made if need be, for its owner alone."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    return path
