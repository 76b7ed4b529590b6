"""`ampacity context`: which sellers, state and policy are meant."""

from typing import TYPE_CHECKING, Annotated

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Verbose, chosen

if TYPE_CHECKING:
    from ..core.contexts import NamedContext

app = new_app(group=True)


@app.callback()
def root() -> None:
    """Which sellers, state and policy are meant."""


@app.command("list")
def list_(
    config: ConfigFile = None, output: Output = Format.TABLE, as_json: AsJson = False, verbose: Verbose = False
) -> None:
    """List the contexts of the configuration; `*` marks the current one."""
    from ..core.contexts import load_config, refuse_absent
    from .output import Result, emit
    from .tables import Column, draw

    refuse_absent(config)
    settings = load_config(config)
    rows = [
        {"current": name == settings.current, "context": name, "providers": ", ".join(sorted(each.providers))}
        for name, each in sorted(settings.contexts.items())
    ]
    cells = [["*" if row["current"] else "", str(row["context"]), str(row["providers"])] for row in rows]
    columns = [Column("", keep=True), Column("CONTEXT"), Column("PROVIDERS")]
    foot = "" if rows else "No context yet. To try without an account: ampacity sandbox up"
    result = Result(schema="ampacity.contexts/1", data={"contexts": rows}, rows=rows)
    emit(result, chosen(output, as_json), lambda: draw(columns, cells, foot=foot))


@app.command()
def use(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The context to make current.")],
    config: ConfigFile = None,
    verbose: Verbose = False,
) -> None:
    """Make NAME the current context."""
    from ..core.contexts import choose_context, set_current
    from .output import say

    named = choose_context(name, config_path=config)
    set_current(named.file, name)
    say(f"{name} is the current context now.")


@app.command()
def show(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The context; the current one if left out.")
    ] = None,
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Show one context. Where a secret is, never what it is."""
    from ..core.contexts import choose_context
    from .output import Result, emit
    from .tables import pairs

    named = choose_context(name or context, config_path=config)
    data = {"name": named.name, "file": str(named.file), "context": named.context}
    result = Result(schema="ampacity.context/1", data=data, rows=[dict(_lines(named))])
    emit(result, chosen(output, as_json), lambda: pairs(_lines(named)))


def _lines(named: "NamedContext") -> list[tuple[str, str]]:
    context = named.context
    approval = context.approval
    sellers = [
        (f"provider {name}", settings.endpoint or "the seller's own endpoint")
        for name, settings in sorted(context.providers.items())
    ]
    return [
        ("name", named.name),
        ("file", str(named.file)),
        ("state", str(named.state_folder)),
        ("ipfs", context.ipfs.api if context.ipfs else "none"),
        ("approval", str(approval.policy) if approval else "none required"),
        ("loopback", "yes: plain http to this computer is allowed" if context.loopback else "no"),
        *sellers,
    ]
