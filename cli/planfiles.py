"""Files that a spec names, read once at the edge, and the plan file itself."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from ..access.approval_files import approvals_folder
from ..core.digests import Digest, digest_bytes
from ..core.errors import UnexpectedChangeError, UsageError
from ..core.reading import read_file, read_text
from ..planning.plan import FileRef, Plan
from ..planning.planfile import decode_plan, plan_digest
from ..planning.spec import Spec

MAX_PLAN_BYTES = 16 << 20
SSH_KEY = "ssh.public_key"
_SSH_KEY = re.compile(r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d{3}|sk-[a-z0-9@.-]+) [A-Za-z0-9+/=]+( [^\r\n]*)?")


class SpecText(msgspec.Struct, frozen=True, kw_only=True):
    """A text that a spec names: where it lies, as the plan has it, and what is in it."""

    path: Path
    ref: FileRef
    text: str


class SpecFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What a spec's paths lead to. Paths are relative to the spec; the plan keeps them relative to itself."""

    ssh_public_key: str | None
    user_data: FileRef | None
    definition: SpecText | None
    sites: Path | None
    sites_beside_plan: str | None


class SavedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan with its identity and where it lies."""

    path: Path
    plan: Plan
    digest: Digest

    @property
    def approvals(self) -> Path:
        """The folder of detached approvals."""
        return approvals_folder(self.path)

    @property
    def sites(self) -> Path | None:
        """The racks file that the plan was made with."""
        return (self.path.parent / self.plan.sites).resolve() if self.plan.sites else None


def read_spec_files(spec: Spec, spec_path: Path, plan_path: Path) -> SpecFiles:
    """Everything that `spec` points at. Raises `UsageError` for a file that cannot be used."""
    base = spec_path.parent
    sites = _named(base, spec.sites, "sites", spec_path)
    script = _named(base, spec.node.user_data, "node.user_data", spec_path)
    definition = _named(base, spec.node.definition, "node.definition", spec_path)
    key = _named(base, spec.ssh.public_key if spec.ssh else None, SSH_KEY, spec_path)
    return SpecFiles(
        ssh_public_key=_public_key(key) if key else None,
        user_data=_text(script, plan_path).ref if script else None,
        definition=_text(definition, plan_path) if definition else None,
        sites=sites,
        sites_beside_plan=_relative(sites, plan_path) if sites else None,
    )


def _named(base: Path, path: Path | None, key: str, spec_path: Path) -> Path | None:
    """The file that the spec names under `key`, if it names one. Raises `UsageError` where it is not there."""
    if path is None:
        return None
    found = _place(base, path)
    if not found.is_file():
        raise UsageError(
            f"{spec_path}: `{key}` names no file",
            why=f"{found} is not there",
            fix=f"make it, or edit `{key}` in {spec_path}",
            code="AMP-FILE",
        )
    return found


def unusable_file(spec_path: Path) -> Callable[[str, Path], str | None]:
    """Why a file that the spec names under a key cannot be used: for a list of all its mistakes."""

    def why(key: str, path: Path) -> str | None:
        """See `planning.named.Unusable`."""
        found = _place(spec_path.parent, path)
        if not found.is_file():
            return f"names no file: {found} is not there"
        try:
            if key == SSH_KEY:
                _public_key(found)
        except UsageError as error:
            return str(error)
        return None

    return why


def _place(base: Path, path: Path) -> Path:
    try:
        return (base / path.expanduser()).resolve()
    except RuntimeError:  # nobody here is called so
        return (base / path).resolve()


def read_user_data(saved: SavedPlan) -> str | None:
    """The first-boot script that was planned with. Raises `UnexpectedChangeError` when it changed since."""
    return _read_planned(saved, saved.plan.user_data)


def read_definition(saved: SavedPlan) -> str | None:
    """What runs in a seller's own language, as it was planned. Raises as `read_user_data` does."""
    return _read_planned(saved, saved.plan.definition.file if saved.plan.definition else None)


def _read_planned(saved: SavedPlan, ref: FileRef | None) -> str | None:
    if ref is None:
        return None
    path = saved.path.parent / ref.path
    data = read_file(path)
    if digest_bytes(data) != ref.digest:
        raise UnexpectedChangeError(
            f"{path} is not the file that was planned with",
            why=f"its digest is {digest_bytes(data)}, the plan has {ref.digest}",
            fix="ampacity plan SPEC",
            code="AMP-PLAN-STALE",
        )
    return data.decode("utf-8")


def open_plan(path: Path) -> SavedPlan:
    """The plan in `path`, checked. Raises `MissingError` or `UsageError`."""
    plan = decode_plan(read_file(path, MAX_PLAN_BYTES), name=str(path))
    return SavedPlan(path=path, plan=plan, digest=plan_digest(plan))


def _relative(path: Path, plan_path: Path) -> str:
    return os.path.relpath(path, plan_path.resolve().parent)


def _text(path: Path, plan_path: Path) -> SpecText:
    text = read_text(path)
    ref = FileRef(path=_relative(path, plan_path), digest=digest_bytes(text.encode()))
    return SpecText(path=path, ref=ref, text=text)


def _public_key(path: Path) -> str:
    text = read_file(path).decode("utf-8", "replace").strip()
    if "PRIVATE KEY" in text:
        raise UsageError(f"{path} is a private key", fix="name the file that ends in .pub", code="AMP-SSH-KEY")
    if not _SSH_KEY.fullmatch(text):
        raise UsageError(
            f"{path} holds no OpenSSH public key",
            fix=f"ssh-keygen -t ed25519 -f {path.with_suffix('')}",
            code="AMP-SSH-KEY",
        )
    return text
