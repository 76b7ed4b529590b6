"""Outsiders' text made fit for a terminal."""

import re

_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC and other strings: titles
    r"|\x1b[ -/]*[0-~]"
)
"""Terminal sequences whole (ECMA-48), so that removing ESC alone does not leave their letters behind."""

LONGEST_LINE = 300


def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """`text` on one line of at most `longest` characters: no terminal sequences, nothing unprintable.

    What Unicode calls unprintable includes marks that reorder or hide text.
    """
    plain = _ESCAPE.sub("", text[: 4 * longest])
    line = "".join(letter if letter.isprintable() else " " for letter in plain).strip()
    return line if len(line) <= longest else line[: longest - 1] + "…"
