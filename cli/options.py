"""Options that many verbs share, each written once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .spoken import speak_of


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    YAML = "yaml"


def _context(name: str | None) -> str | None:
    speak_of(context=name)
    return name


def _config(file: Path | None) -> Path | None:
    speak_of(config=file)
    return file


ContextName = Annotated[
    str | None,
    typer.Option(
        "--context",
        metavar="NAME",
        callback=_context,
        help="The context to use; AMPACITY_CONTEXT, or the current one.",
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", callback=_config, help="The configuration; AMPACITY_CONFIG, or the usual place."
    ),
]
Output = Annotated[Format, typer.Option("--output", "-o", help="How to write the result.")]
AsJson = Annotated[bool, typer.Option("--json", help="The same as -o json.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Confirm. It never chooses.")]
Strict = Annotated[bool, typer.Option("--strict", help="Fail when a seller could not be asked.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show tracebacks.")]
OptionalName = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="The deployment; may be left out when there is one.")
]


def chosen(output: Format, as_json: bool) -> Format:
    """`--json` wins over `-o`."""
    return Format.JSON if as_json else output
