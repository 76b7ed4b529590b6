"""A seller's settings that are wrong are the mistake of who wrote them, on a line of a file: no seller's failure."""

from collections.abc import Mapping

from ..core.contexts import NamedContext
from ..core.errors import AmpacityError
from ..core.fitting import line_of
from ..core.located import refusal
from ..core.reading import read_text
from ..core.tomllines import toml_lines

MISTAKES = {"AMP-CONFIG", "AMP-ENDPOINT", "AMP-PROVIDER-UNKNOWN"}
"""What sellers say of their settings before they are asked anything."""


def refuse_mistakes(named: NamedContext, errors: Mapping[str, AmpacityError]) -> None:
    """Raises `UsageError` with file and line of each of the `errors`, by seller, that the file has to answer for.

    Without it the others' offers would be taken, and money go where nobody wanted it to.
    """
    told = {f"contexts.{named.name}.providers.{seller}": error for seller, error in errors.items() if _is_one(error)}
    if told:
        lines = toml_lines(read_text(named.file))
        raise refusal(named.file, [(line_of(lines, f"$.{key}"), f"`{key}`: {told[key]}") for key in told])


def _is_one(error: AmpacityError) -> bool:
    return error.code in MISTAKES
