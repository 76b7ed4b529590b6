"""What runs on the machines: the files that a plan names, read again, and still the bytes that were planned."""

from pathlib import Path

import msgspec

from ..core.digests import digest_bytes
from ..core.errors import UnexpectedChangeError
from ..planning.plan import Definition, FileRef, Plan
from .machines import MachineInputs
from .records import DeploymentRecord


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """The texts. `takers` are the sellers that are given the definition instead of the user-data."""

    user_data: str | None = None
    definition: str | None = None
    takers: tuple[str, ...] = ()

    def on(self, machine: MachineInputs) -> MachineInputs:
        """`machine` with what runs on it."""
        if machine.offer.provider in self.takers:
            return msgspec.structs.replace(machine, user_data=None, definition=self.definition)
        return msgspec.structs.replace(machine, user_data=self.user_data, definition=None)


def remember(ref: FileRef | None, folder: Path | None) -> FileRef | None:
    """Where `recover` will find a file of a plan: its path made absolute from the plan's folder."""
    if ref is None:
        return None
    path = ((folder or Path()) / Path(ref.path).expanduser()).resolve()
    return FileRef(path=str(path), digest=ref.digest)


def remember_definition(plan: Plan, folder: Path | None) -> Definition | None:
    """The same for the definition, with who takes it."""
    file = remember(plan.definition.file if plan.definition else None, folder)
    return Definition(file=file, providers=plan.definition.providers) if file and plan.definition else None


def read_again(record: DeploymentRecord) -> Payload:
    """What the last applied plan puts on machines.

    Raises `UnexpectedChangeError` when a file cannot be read or is not what was approved: then
    nothing new may be made with it.
    """
    defined = record.definition
    return Payload(
        user_data=_read(record.name, "user-data", record.user_data),
        definition=_read(record.name, "definition", defined.file if defined else None),
        takers=defined.providers if defined else (),
    )


def _read(name: str, what: str, ref: FileRef | None) -> str | None:
    if ref is None:
        return None
    path = Path(ref.path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _changed(name, what, f"{path}: {error.strerror}") from error
    if digest_bytes(data) != ref.digest:
        raise _changed(name, what, f"{path} is not what was approved")
    return data.decode()


def _changed(name: str, what: str, why: str) -> UnexpectedChangeError:
    return UnexpectedChangeError(
        f"The {what} of the plan is not to be had",
        why=why,
        fix=f"put it back, then ampacity recover {name}; or ampacity plan SPEC for what it is now",
    )
