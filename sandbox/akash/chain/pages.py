"""Pages of a list: `pagination.{key,offset,limit,reverse}` in, `{next_key, total}` out.

A key names the first row of the next page; the chain's own keys carry the state and the owner too,
so a client repeats its filters here. `total` is what is on the page, as on the chain.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from .failures import bad_input

T = TypeVar("T")

DEFAULT_LIMIT = 100
_MAGIC = b"\xfb\xef\xbe"
"""In base64 `++++`, so that a key that was put into a URL as it is does not come back."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a request asks for."""

    key: str | None
    offset: int
    limit: int
    reverse: bool


def page_of(arguments: Mapping[str, str], *, stated: bool) -> Page:
    """From the query; `stated` is whether a state is filtered for. Raises `QueryFailedError`."""
    offset = number(arguments, "pagination.offset")
    if offset and not stated:
        raise bad_input("invalid request parameters. if offset is set, filter.state must be provided")
    key = arguments.get("pagination.key")
    return Page(
        key=None if not key else _decoded(key),
        offset=offset,
        limit=number(arguments, "pagination.limit") or DEFAULT_LIMIT,
        reverse=arguments.get("pagination.reverse") == "true",
    )


def cut(rows: Sequence[tuple[str, T]], page: Page) -> tuple[list[T], dict[str, Any]]:
    """The rows of the page, each named by its key, and what to ask for next."""
    ordered = list(rows)[::-1] if page.reverse else list(rows)
    names = [name for name, _ in ordered]
    if page.key is not None and page.key not in names:
        raise bad_input("invalid pagination key")
    first = page.offset if page.key is None else names.index(page.key)
    shown = ordered[first : first + page.limit]
    rest = names[first + page.limit :]
    pagination = {"next_key": _encoded(rest[0]) if rest else None, "total": str(len(shown))}
    return [row for _, row in shown], pagination


def number(arguments: Mapping[str, str], name: str) -> int:
    """A number of the query, nought where it is not there."""
    text = arguments.get(name, "0")
    if not text.isdecimal() or len(text) > 20:
        raise bad_input(f'type mismatch, parameter: {name}, error: strconv.ParseUint: parsing "{text}": invalid syntax')
    return int(text)


def _encoded(name: str) -> str:
    return base64.b64encode(_MAGIC + name.encode()).decode()


def _decoded(key: str) -> str:
    try:
        data = base64.b64decode(key, validate=True)
    except binascii.Error as error:
        raise bad_input(f"illegal base64 data: {error}") from error
    if not data.startswith(_MAGIC):
        raise bad_input("invalid pagination key")
    return data.removeprefix(_MAGIC).decode(errors="replace")
