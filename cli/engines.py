"""`ampacity engines`: the outside programs, found or built."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from .lazy import new_app
from .options import AsJson, Format, Output, Verbose, chosen

app = new_app(group=True)


class Source(StrEnum):
    """Where an engine is taken from."""

    MODULES = "modules"
    VENDOR = "vendor"


@app.callback()
def root() -> None:
    """The outside programs: Pulumi and Kubo."""


@app.command("list")
def list_(output: Output = Format.TABLE, as_json: AsJson = False, verbose: Verbose = False) -> None:
    """Show each engine: its version and where it was found."""
    from ..engines import survey
    from .output import Result, emit
    from .tables import Column, draw

    rows: list[dict[str, Any]] = [_row(each) for each in survey()]
    columns = [Column("ENGINE", keep=True), Column("VERSION", keep=True), Column("FROM"), Column("PROGRAM")]
    cells = [[str(row[key] or "-") for key in ("engine", "version", "origin", "path")] for row in rows]
    missing = any(row["path"] is None for row in rows)
    foot = "Build what is missing: ampacity engines install" if missing else ""
    result = Result(schema="ampacity.engines/1", data={"engines": rows}, rows=rows)
    emit(result, chosen(output, as_json), lambda: draw(columns, cells, foot=foot))


@app.command()
def install(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which; all if left out.")] = None,
    source: Annotated[
        Source, typer.Option("--from", help="modules: built from pinned Go modules; vendor: untested here.")
    ] = Source.MODULES,
    verbose: Verbose = False,
) -> None:
    """Build what is missing from pinned Go modules, once (about five minutes on two cores)."""
    from ..engines import ENGINES
    from ..engines import install as install_engine
    from .live import live_progress
    from .output import say

    for name in names or ENGINES:
        with live_progress() as progress:
            engine = install_engine(name, source=source.value, progress=progress)
        say(f"{engine.name} {engine.version}: {engine.path} ({engine.origin})")


def _row(found: Any) -> dict[str, Any]:
    return {
        "engine": found.name,
        "version": found.version,
        "origin": getattr(found, "origin", None) or found.why,
        "path": str(found.path) if getattr(found, "path", None) else None,
    }
