"""`ampacity sandbox`: every seller on this computer, so that a newcomer needs no account."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .lazy import new_app
from .options import AsJson, Format, Output, Verbose, chosen

if TYPE_CHECKING:
    from ..sandbox import SandboxStatus

app = new_app(group=True)
KINDS = (
    "capacity, throttle, slow, timeout-after-create, price-moved, preempt, bad-json or half-answer; "
    "a market also reclaim, run-dry, dark, withdrawn, fails-later or other-version."
)
"""Written out, as `--help` reads nothing of the sandbox."""


@app.callback()
def root() -> None:
    """Stand-ins of every seller on this computer."""


@app.command()
def up(verbose: Verbose = False) -> None:
    """Start the stand-ins and a Kubo node. Writes the context `sandbox`. Safe to repeat."""
    from .. import sandbox as room
    from .live import live_progress
    from .sandbox_wallet import ensure_wallet

    with live_progress() as progress:
        running = room.up(progress)
    ensure_wallet(room.layout())
    _table(running)


@app.command()
def down(verbose: Verbose = False) -> None:
    """Stop everything, and remove machines, wallet and context."""
    from .. import sandbox as room
    from .output import say

    if room.down():
        say("The sandbox is gone.")
    else:
        say(f"There is no sandbox: {room.layout().folder} does not exist. Start one: ampacity sandbox up")


@app.command()
def status(output: Output = Format.TABLE, as_json: AsJson = False, verbose: Verbose = False) -> int:
    """Show what runs."""
    from .. import sandbox as room
    from ..core.errors import Exit
    from .output import Result, emit

    running = room.status()
    result = Result(schema="ampacity.sandbox/1", data=running, rows=[_row(part) for part in running.parts])
    emit(result, chosen(output, as_json), lambda: _table(running))
    return int(Exit.OK if running.up else Exit.NOT_FOUND)


@app.command()
def fault(
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help="Which stand-in.")],
    kind: Annotated[str, typer.Argument(metavar="KIND", help=KINDS)],
    machine: Annotated[str | None, typer.Option("--machine", metavar="ID", help="Which machine it comes upon.")] = None,
    count: Annotated[int, typer.Option("--count", min=1, help="How many calls it spoils.")] = 1,
    clear: Annotated[bool, typer.Option("--clear", help="Stop showing it.")] = False,
    verbose: Verbose = False,
) -> None:
    """Make a stand-in fail. It takes a machine away, refuses, or answers nonsense."""
    from .. import sandbox as room
    from .output import say

    if clear:
        room.calm(provider, kind)
        say(f"{provider} shows no {kind} any more")
        return
    room.inject(provider, kind, machine=machine, count=count)
    say(f"{provider} will show: {kind}" + (f" of {machine}" if machine else ""))


@app.command()
def fund(
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help="Which stand-in.")],
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its address; `ampacity doctor` names your own.")],
    verbose: Verbose = False,
) -> None:
    """Give an account of one's own play money. The stand-in must keep accounts."""
    from .. import sandbox as room
    from .output import say

    now = room.fund(provider, account)
    say(f"{account} has now: " + ", ".join(f"{amount} {unit}" for unit, amount in now.items()))


def _row(part: Any) -> dict[str, Any]:
    return {"part": part.name, "alive": part.alive, "pid": part.pid, "endpoint": part.endpoint}


def _table(running: "SandboxStatus") -> None:
    from .tables import Column, draw

    columns = [
        Column("PART", keep=True),
        Column("RUNS", keep=True),
        Column("PID", figures=True),
        Column("ENDPOINT"),
    ]
    rows = [
        [part.name, "yes" if part.alive else "no", str(part.pid or "-"), part.endpoint or "-"] for part in running.parts
    ]
    foot = "Next: ampacity offers --context sandbox" if running.up else "Start it: ampacity sandbox up"
    draw(columns, rows, foot=foot)
