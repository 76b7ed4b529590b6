"""`python -P -m ampacity.sandbox.launch FOLDER PROGRAM [ARGUMENT…]`: become PROGRAM, after writing down who one is.

A process that is killed between starting a child and noting its pid would leave a stranger behind.
Here the child notes itself, and only then does anything.
"""

import os
import sys
from pathlib import Path

from .process import record_self


def main(arguments: list[str]) -> None:
    """Never returns: this process becomes the program, with FOLDER as its working folder."""
    folder, program = Path(arguments[0]), arguments[1:]
    record_self(folder)
    os.chdir(folder)
    os.execv(program[0], program)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
