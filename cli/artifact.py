"""`ampacity artifact`: files by what they contain."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Verbose, chosen

if TYPE_CHECKING:
    from ..artifacts import KuboNode

app = new_app(group=True)
Target = Annotated[Path, typer.Argument(metavar="PATH", help="A file or a directory.")]


@app.callback()
def root() -> None:
    """Address, pin and verify files by content."""


@app.command()
def cid(path: Target, output: Output = Format.TABLE, as_json: AsJson = False, verbose: Verbose = False) -> None:
    """Print the CID of PATH (profile unixfs-v1-2025). No node is needed."""
    from ..artifacts import compute
    from .output import Result, emit

    content = compute(path)
    data = {
        "path": str(path),
        "cid": str(content.cid),
        "size_bytes": content.size_bytes,
        "profile": content.profile,
    }
    result = Result(schema="ampacity.cid/1", data=data, rows=[data])
    emit(result, chosen(output, as_json), lambda: typer.echo(str(content.cid)))


@app.command()
def pin(
    path: Target,
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Pin PATH to the context's Kubo node. The CID is computed here, never taken from the node."""
    from ..artifacts import pin as pin_path
    from .live import live_progress
    from .output import Result, emit, warn

    node = _node(context, config)
    with live_progress() as progress:
        done = pin_path(path, node, progress)
    if done.warning:
        warn(done.warning)
    data = {"path": str(path), "cid": str(done.cid), "size_bytes": done.size_bytes, "node": done.node}
    result = Result(schema="ampacity.pin/1", data=data, rows=[data])
    emit(result, chosen(output, as_json), lambda: typer.echo(str(done.cid)))


@app.command()
def verify(
    path: Target,
    cid: Annotated[str, typer.Argument(metavar="CID", help="The CID that PATH should have.")],
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Check that PATH has CID. If not, say which file and chunk differ (exit 7)."""
    from ..artifacts import parse_cid
    from ..artifacts import verify as verify_path
    from ..core.errors import Exit
    from .output import Result, emit

    found = verify_path(path, parse_cid(cid), node=_node_if_any(context, config))
    row = {"path": str(path), "matches": found.matches, "wanted": str(found.wanted), "found": str(found.found)}
    data = {**row, "located": found.located, "differences": found.differences, "note": found.note}
    result = Result(schema="ampacity.verification/1", data=data, rows=[row])
    emit(result, chosen(output, as_json), lambda: typer.echo(found.sentence))
    return int(Exit.OK if found.matches else Exit.UNEXPECTED_CHANGE)


def _node(context: str | None, config: Path | None) -> "KuboNode":
    from ..core.errors import UsageError

    node = _node_if_any(context, config, required=True)
    if node is None:
        raise UsageError(
            "The context names no IPFS node",
            fix='add [contexts.NAME.ipfs] api = "http://127.0.0.1:5001" to the configuration',
            code="AMP-IPFS-NONE",
        )
    return node


def _node_if_any(context: str | None, config: Path | None, *, required: bool = False) -> "KuboNode | None":
    from ..artifacts import KuboNode
    from ..core.contexts import choose_context
    from ..core.errors import MissingError

    try:
        named = choose_context(context, config_path=config)
    except MissingError:
        if required or context or config:
            raise
        return None
    ipfs = named.context.ipfs
    return KuboNode(ipfs.api) if ipfs else None
