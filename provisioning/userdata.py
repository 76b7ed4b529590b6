"""The user-data that a plan names: read again, and still the bytes that were planned."""

from pathlib import Path

from ..core.digests import digest_bytes
from ..core.errors import UnexpectedChangeError
from ..planning.plan import FileRef, Plan
from .records import DeploymentRecord


def remember(plan: Plan, folder: Path | None) -> FileRef | None:
    """Where `recover` will find it: the plan's own path, made absolute from the plan's folder."""
    if plan.user_data is None:
        return None
    path = ((folder or Path()) / Path(plan.user_data.path).expanduser()).resolve()
    return FileRef(path=str(path), digest=plan.user_data.digest)


def read_again(record: DeploymentRecord) -> str | None:
    """The user-data of the last applied plan.

    Raises `UnexpectedChangeError` when it cannot be read or is not what was approved: then nothing
    new may be made with it.
    """
    if record.user_data is None:
        return None
    path = Path(record.user_data.path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _changed(record.name, f"{path}: {error.strerror}") from error
    if digest_bytes(data) != record.user_data.digest:
        raise _changed(record.name, f"{path} is not what was approved")
    return data.decode()


def _changed(name: str, why: str) -> UnexpectedChangeError:
    return UnexpectedChangeError(
        "The user-data of the plan is not to be had", why=why, fix=f"put it back, then ampacity recover {name}"
    )
