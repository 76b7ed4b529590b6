"""`ampacity engines`: the outside programs, found or built."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .lazy import new_app
from .options import AsJson, Format, Output, Verbose, chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..engines import Engine, MissingEngine

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

    found = survey()
    rows = [_row(each) for each in found]
    columns = [Column("ENGINE", keep=True), Column("VERSION", keep=True), Column("FROM", keep=True)]
    cells = [[row["engine"], row["version"], row["origin"] if row["path"] else "not found"] for row in rows]
    result = Result(schema="ampacity.engines/1", data={"engines": rows}, rows=rows)
    emit(result, chosen(output, as_json), lambda: draw(columns, cells, notes=_notes(found)))


def _notes(found: "list[Engine | MissingEngine]") -> "Iterator[str]":
    """A line each: where it lies, or where it was looked for; then what brings those that are missing."""
    from ..engines import Engine

    for each in found:
        if isinstance(each, Engine):
            yield f"{each.name}: {each.path}"
            yield from (f"{each.name}: passed over {other}" for other in each.skipped)
        else:
            yield f"{each.name}: none on PATH; {each.why}"
    missing = [each.name for each in found if not isinstance(each, Engine)]
    if missing:
        names = "" if len(missing) == len(found) else f" {' '.join(missing)}"
        yield f"Build {'them' if len(missing) > 1 else 'it'}, about five minutes, once: ampacity engines install{names}"


@app.command()
def install(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which; all if left out.")] = None,
    source: Annotated[
        Source, typer.Option("--from", help="modules: built from pinned Go modules; vendor: untested here.")
    ] = Source.MODULES,
    verbose: Verbose = False,
) -> None:
    """Build what is missing from pinned Go modules, once. About five minutes on two cores."""
    from ..engines import ENGINES
    from ..engines import install as install_engine
    from .live import live_progress
    from .output import say

    for name in names or ENGINES:
        with live_progress() as progress:
            engine = install_engine(name, source=source.value, progress=progress)
        say(f"{engine.name} {engine.version}: {engine.path} ({engine.origin})")


def _row(found: "Engine | MissingEngine") -> dict[str, Any]:
    from ..engines import Engine

    origin, path = (found.origin, str(found.path)) if isinstance(found, Engine) else (found.why, None)
    return {"engine": found.name, "version": found.version, "origin": origin, "path": path}
