"""Files that a person names, read once, up to a size. What is refused says which file and why."""

from pathlib import Path

from .errors import MissingError, UsageError

MAX_BYTES = 1 << 20


def read_file(path: Path, most_bytes: int = MAX_BYTES) -> bytes:
    """The content. Raises `MissingError`, or `UsageError` where it cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except FileNotFoundError as error:
        raise MissingError(f"{path} is not there", fix="check the path", code="AMP-FILE") from error
    except OSError as error:
        fix = f"check that {path} is a file that you may read"
        raise UsageError(f"{path} cannot be read", why=error.strerror or "", fix=fix, code="AMP-FILE") from error
    if len(data) > most_bytes:
        fix = f"check that {path} is the file that you meant"
        raise UsageError(f"{path} is too large", why=f"at most {most_bytes} bytes", fix=fix, code="AMP-FILE")
    return data


def read_text(path: Path) -> str:
    """The content of a text file. Raises as `read_file` does, and `UsageError` where it is no UTF-8."""
    try:
        return read_file(path).decode("utf-8")
    except UnicodeDecodeError as error:
        fix = f"save {path} as UTF-8 text"
        raise UsageError(f"{path} is not UTF-8 text", why=str(error), fix=fix, code="AMP-FILE") from error
