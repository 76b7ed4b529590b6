"""`ampacity providers list`: who sells, and what each can do, derived from the code itself."""

from typing import Any

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Verbose, chosen

app = new_app(group=True)


@app.callback()
def root() -> None:
    """Who sells capacity, and what each can do."""


@app.command("list")
def list_(
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """List every seller, what it can do, and whether it is enabled."""
    from .output import Result, emit

    rows = _rows(_enabled(context, config))
    result = Result(schema="ampacity.providers/1", data={"providers": rows}, rows=rows)
    emit(result, chosen(output, as_json), lambda: _table(rows))


def _enabled(context: str | None, config: Any) -> dict[str, str | None]:
    from ..core.contexts import choose_context
    from ..core.errors import MissingError

    try:
        named = choose_context(context, config_path=config)
    except MissingError:
        if context or config:
            raise
        return {}
    return {name: settings.endpoint for name, settings in named.context.providers.items()}


def _rows(enabled: dict[str, str | None]) -> list[dict[str, Any]]:
    from ..providers.table import known, provider_class

    rows = []
    for name in sorted(known()):
        kind = provider_class(name)
        rows.append(
            {
                "provider": name,
                "title": kind.title,
                "abilities": ", ".join(_abilities(kind)),
                "enabled": name in enabled,
                "endpoint": enabled.get(name),
            }
        )
    return rows


def _abilities(kind: type) -> list[str]:
    from ..providers.base import CAPABILITIES, has_capability

    return ["offers", *(word for word, protocol in CAPABILITIES.items() if has_capability(kind, protocol))]


def _table(rows: list[dict[str, Any]]) -> None:
    from .tables import Column, draw

    columns = [
        Column("PROVIDER", keep=True),
        Column("SELLER"),
        Column("CAN"),
        Column("ENABLED"),
        Column("ENDPOINT"),
    ]
    cells = [
        [
            row["provider"],
            row["title"],
            row["abilities"],
            "yes" if row["enabled"] else "no",
            (row["endpoint"] or "the seller's own") if row["enabled"] else "-",
        ]
        for row in rows
    ]
    draw(columns, cells)
