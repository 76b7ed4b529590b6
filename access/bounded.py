"""Files from outside, read without trusting what kind of thing they are or how large."""

import os
import stat
from pathlib import Path


def read_bounded(path: Path, most: int, *, follow: bool = True) -> bytes:
    """The content of a regular file of at most `most` bytes.

    A pipe or a device is refused without waiting for it, and so is a symbolic link unless `follow`.
    Raises `OSError`, or `ValueError` for a file of the wrong kind or size.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("it is no regular file")
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"it has more than {most} bytes")
    return data
