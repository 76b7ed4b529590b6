"""The entry point: one group, one place where errors become words and exit statuses."""

import os
import sys
from typing import Annotated

import typer

from .. import __version__
from .lazy import LazyVerbs

app = typer.Typer(
    cls=LazyVerbs,
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Plan, buy and watch GPU capacity within limits of price, power and trust.",
    epilog="Start without an account: ampacity sandbox up. "
    "Folders: AMPACITY_DATA (states, sandbox), AMPACITY_CACHE (engines), AMPACITY_CONFIG (the configuration).",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ampacity {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Plan, buy and watch GPU capacity within limits of price, power and trust."""


def main() -> None:
    """Run the command line and end the process with one of `core.errors.Exit`."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run with `arguments`; the exit status comes back, errors go to stderr (or into the JSON)."""
    from .failures import FAILURES, render
    from .spoken import speak_of_nothing

    speak_of_nothing()
    try:
        done = app(args=arguments, prog_name="ampacity", standalone_mode=False)
    except FAILURES as error:
        return render(error, arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return done if isinstance(done, int) else 0
