"""An SDL read, checked and turned into what goes to the chain and to the provider."""

from .advice import advice
from .compiled import Compiled
from .groups import group, place
from .manifest import encode_manifest, manifest_hash
from .reading import Check, read_sdl


def compile_sdl(text: str, *, where: str, further: Check | None = None) -> Compiled:
    """The SDL `text`, which stands in the file `where`, with its groups, manifest and hash.

    `further` is checked along with what every SDL must be. Raises `UsageError` as `read_sdl` does.
    """
    sdl = read_sdl(text, where=where, further=further).value
    placed = place(sdl)
    manifest = encode_manifest(sdl, placed)
    return Compiled(
        sdl=text,
        groups=tuple(group(sdl, name, services) for name, services in placed.items()),
        manifest=manifest,
        manifest_hash=manifest_hash(manifest),
        warnings=tuple(advice(sdl)),
    )
