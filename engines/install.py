"""Brings an engine into the cache, once, whole, verified, and telling how far it is."""

from functools import partial
from pathlib import Path

from ..core.errors import UsageError
from ..core.progress import Progress, Stage, Step, silent
from .base import Engine, Recipe
from .build import Tell, build
from .cache import alone, fill
from .locate import cache_folder, look, missing, program_in
from .probe import objection
from .streaming import ProgramFailedError
from .table import recipe_of

SOURCES = ("modules", "vendor")


def install(name: str, *, source: str = "modules", progress: Progress = silent) -> Engine:
    """The engine from PATH or cache, else built from the Go module proxy (`source="modules"`).

    `source="vendor"` runs its maker's own installer instead, which is untested here. A build takes
    minutes; `progress` hears of it at least every two seconds. Raises `MissingError`
    (`AMP-ENGINE-MISSING`) that says how to install by hand, and `UsageError` for a bad source.
    """
    recipe = recipe_of(name)
    _check_source(recipe, source)
    try:
        engine = _installed(recipe, source, partial(_tell, progress, name))
    except BaseException:
        progress(Step(item=name, stage=Stage.FAILED))
        raise
    progress(Step(item=name, stage=Stage.DONE, text=f"{engine.version} ({engine.origin})"))
    return engine


def _installed(recipe: Recipe, source: str, tell: Tell) -> Engine:
    there = look(recipe, ask_cached=True)
    if isinstance(there, Engine):
        return there
    folder = cache_folder(recipe)
    with alone(folder, lambda: tell("another process is installing it")):
        # Whoever held the lock before may have brought it.
        there = look(recipe, ask_cached=True)
        if isinstance(there, Engine):
            return there
        try:
            fill(folder, partial(_make, recipe, source, tell))
        except ProgramFailedError as error:
            raise missing(recipe, why=f"it could not be built: {error}") from error
    return Engine(name=recipe.name, path=program_in(folder, recipe), version=recipe.version, origin="built")


def _make(recipe: Recipe, source: str, tell: Tell, folder: Path) -> None:
    if source == "vendor" and recipe.vendor is not None:
        tell("running its maker's own installer, which is untested here")
        recipe.vendor(folder)
    else:
        build(recipe, folder, tell)
    problem = objection(recipe, program_in(folder, recipe))
    if problem is not None:
        raise missing(recipe, why=f"what was made is not what was asked for: {problem}")


def _check_source(recipe: Recipe, source: str) -> None:
    if source not in SOURCES:
        raise UsageError(
            f"There is no source {source!r} for engines",
            why=f"allowed: {', '.join(SOURCES)}",
            fix=f"ampacity engines install {recipe.name}",
            code="AMP-ENGINE-SOURCE",
        )
    if source == "vendor" and recipe.vendor is None:
        raise UsageError(
            f"The engine {recipe.name} has no installer of its maker's that can be called",
            why=f"its maker offers downloads only, see {recipe.by_hand}",
            fix=f"ampacity engines install {recipe.name}",
            code="AMP-ENGINE-SOURCE",
        )


def _tell(progress: Progress, item: str, text: str) -> None:
    progress(Step(item=item, stage=Stage.RUNNING, text=text, measures=True))
