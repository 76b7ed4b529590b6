"""On which line of a TOML file each key stands, for error messages; the values come from `tomllib`."""

import re
from collections import Counter

from .fitting import Lines

_TABLE = re.compile(r"\s*\[+\s*([^\[\]]+?)\s*\]+\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def toml_lines(text: str) -> Lines:
    """Line by key path (`$.contexts.work.loopback`, `$.wallets[0].name`), counted from 1.

    Read line by line: inside a text of several lines a key may be seen where there is none, which
    no error ever points to.
    """
    lines: Lines = {}
    lengths: Counter[str] = Counter()
    table = "$"
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = _join("$", header[1])
            if line.lstrip().startswith("[["):
                lines.setdefault(table, number)
                lengths[table] += 1
                table = f"{table}[{lengths[table] - 1}]"
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault(_join(table, key[1]), number)
    return lines


def _join(table: str, dotted: str) -> str:
    return ".".join([table, *(part.strip("\"'") for part in _PART.findall(dotted))])
