"""Results on stdout: one value, written as a table, JSON, CSV or YAML. Everything else goes to stderr."""

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ..core.clock import rfc3339, system_clock
from ..core.errors import AmpacityError
from .failures import as_data
from .options import Format
from .spoken import typed

Rows = Sequence[Mapping[str, Any]]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a verb found. `rows` are what a flat format can hold; `data` is the whole."""

    schema: str
    data: Any
    rows: Rows = ()
    fields: tuple[str, ...] = ()
    """The header of a flat format where there may be no row to read it from."""
    errors: tuple[AmpacityError, ...] = ()
    generated_at: datetime = msgspec.field(default_factory=system_clock)


def emit(result: Result, form: Format, table: Callable[[], None]) -> None:
    """Write `result` in `form`; `table` draws it for a person."""
    if form is Format.TABLE:
        table()
    elif form is Format.CSV:
        _csv(result.rows, result.fields)
    elif form is Format.JSON:
        sys.stdout.write(json.dumps(envelope(result), indent=2, ensure_ascii=False) + "\n")
    else:
        _yaml(result)


def envelope(result: Result) -> dict[str, Any]:
    """`schema`, `generated_at`, `data`, `errors[]`: the same four keys from every verb."""
    return {
        "schema": result.schema,
        "generated_at": rfc3339(result.generated_at),
        "data": msgspec.to_builtins(result.data, str_keys=True, enc_hook=_plain),
        "errors": [as_data(error) for error in result.errors],
    }


def _plain(value: object) -> str:
    """What msgspec does not know: paths and content addresses, as their text."""
    return str(value)


def _csv(rows: Rows, fields: tuple[str, ...]) -> None:
    writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]) if rows else fields, lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)


def _cell(value: Any) -> str:
    plain = msgspec.to_builtins(value, enc_hook=_plain)
    text = "" if plain is None else str(plain).lower() if isinstance(plain, bool) else str(plain)
    # A cell that a spreadsheet would run as a formula is made text.
    return f"'{text}" if text[:1] in {"=", "+", "@"} else text


def _yaml(result: Result) -> None:
    import yaml

    yaml.safe_dump(envelope(result), sys.stdout, sort_keys=False, allow_unicode=True)


def warn(text: str) -> None:
    """One line to stderr."""
    sys.stderr.write(f"warning: {typed(text)}\n")


def say(text: str) -> None:
    """One line to stderr that is no warning."""
    sys.stderr.write(f"{typed(text)}\n")
