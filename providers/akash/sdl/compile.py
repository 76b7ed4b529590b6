"""An SDL read, checked and turned into what goes to the chain and to the provider."""

from pathlib import Path

from ....core.errors import UsageError
from ....core.fitting import MAX_BYTES, MisfitError, fit
from ....core.located import Located
from ....core.yaml12 import YamlError, parse
from .advice import advice
from .checks import problems
from .compiled import Compiled
from .groups import group, place
from .manifest import encode_manifest, manifest_hash
from .quantities import read_amount
from .schema import Sdl


def compile_sdl(text: str, *, where: str) -> Compiled:
    """The SDL `text`, which stands in the file `where`, with its groups, manifest and hash.

    Raises `UsageError` that names file, line, key and what is allowed. What was found is not repeated
    where a secret may stand.
    """
    sdl = read_sdl(text, where=where).value
    placed = place(sdl)
    manifest = encode_manifest(sdl, placed)
    return Compiled(
        sdl=text,
        groups=tuple(group(sdl, name, services) for name, services in placed.items()),
        manifest=manifest,
        manifest_hash=manifest_hash(manifest),
        warnings=tuple(advice(sdl)),
    )


def read_sdl(text: str, *, where: str) -> Located[Sdl]:
    """The SDL as checked values, with the line of each key. Raises as `compile_sdl` does."""
    if len(text) > MAX_BYTES:
        raise _refusal(where, 1, f"more than {MAX_BYTES} letters")
    try:
        data, lines = parse(text)
        value = fit(data, lines, Sdl, read_amount, echo=False)
    except YamlError as error:
        raise _refusal(where, error.line, error.problem) from error
    except MisfitError as error:
        raise _refusal(where, error.line, error.problem if data is not None else "the SDL is empty") from error
    located = Located(path=Path(where), value=value, lines=lines)
    for key, problem in problems(value):
        raise located.refusal(key, problem)
    return located


def _refusal(where: str, line: int, problem: str) -> UsageError:
    return UsageError(f"{where}, line {line}", why=problem, fix=f"edit {where}:{line}", code="AMP-FILE-INVALID")
