"""The few ways in which reading a path can fail, said once."""

import os

from ..core.errors import AmpacityError, MissingError, UnexpectedChangeError, UsageError

Shown = str | bytes | os.PathLike[str]


def unreadable(path: Shown, error: OSError) -> AmpacityError:
    """`error` on `path`, as a person can act on it."""
    if isinstance(error, FileNotFoundError):
        return MissingError(
            f"There is no {show(path)}",
            why="the path does not exist",
            fix="check the path",
            code="AMP-ARTIFACT-PATH",
        )
    return UsageError(
        f"{show(path)} cannot be read",
        why=error.strerror or type(error).__name__,
        fix=f"check who may read {show(path)}",
        code="AMP-ARTIFACT-PATH",
    )


def changed(path: Shown) -> AmpacityError:
    """`path` was written while it was read."""
    return UnexpectedChangeError(
        f"{show(path)} changed while it was being read",
        why="its bytes have no one content address",
        fix="stop what writes to it, then run the command again",
        code="AMP-ARTIFACT-CHANGED",
    )


def unsupported(path: Shown, why: str) -> AmpacityError:
    """`path` is nothing that UnixFS can hold."""
    return UsageError(
        f"{show(path)} cannot be addressed by content", why=why, fix="leave it out", code="AMP-ARTIFACT-KIND"
    )


def show(path: Shown) -> str:
    """`path` as printable text, whatever bytes its name has: a terminal must not obey a file name."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
