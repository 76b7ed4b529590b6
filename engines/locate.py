"""Looks for an engine on PATH, then in the user's cache. Never builds."""

import os
from collections.abc import Iterator
from pathlib import Path

from ..core.errors import MissingError
from ..core.paths import cache_dir
from .base import Engine, MissingEngine, Recipe
from .probe import objection
from .table import RECIPES, recipe_of


def find(name: str) -> Engine:
    """The engine from PATH (its version asked for) or from the cache (asked for when it came in).

    Raises `MissingError` (`AMP-ENGINE-MISSING`) that says where it was looked for.
    """
    recipe = recipe_of(name)
    found = look(recipe)
    if isinstance(found, MissingEngine):
        raise missing(recipe, why=found.why, fix=found.fix)
    return found


def survey() -> list[Engine | MissingEngine]:
    """Every engine of the table: what is there, and what is not. Cached ones are asked again too."""
    return [look(recipe, ask_cached=True) for recipe in RECIPES]


def look(recipe: Recipe, *, ask_cached: bool = False) -> Engine | MissingEngine:
    """The engine, or where it was looked for in vain."""
    skipped: list[str] = []
    for path in _on_path(recipe.program):
        problem = objection(recipe, path)
        if problem is None:
            return _engine(recipe, path, "PATH", skipped)
        skipped.append(problem)
    cached = program_in(cache_folder(recipe), recipe)
    if not cached.is_file():
        skipped.append(f"{cached} does not exist")
    elif ask_cached and (problem := objection(recipe, cached)):
        skipped.append(problem)
    else:
        return _engine(recipe, cached, "cache", skipped)
    return MissingEngine(
        name=recipe.name,
        version=recipe.version,
        why="; ".join(skipped),
        fix=f"ampacity engines install {recipe.name}",
    )


def cache_folder(recipe: Recipe) -> Path:
    """Where this version is kept: `bin/PROGRAM` below it, as Pulumi's SDK expects."""
    return cache_dir() / "engines" / recipe.name / recipe.version


def program_in(folder: Path, recipe: Recipe) -> Path:
    """The program in a folder of that layout."""
    return folder / "bin" / recipe.program


def missing(recipe: Recipe, *, why: str, fix: str = "") -> MissingError:
    """The one error for an engine that is not there; `fix` falls back to installing it by hand."""
    by_hand = f"install {recipe.name} {recipe.version} by hand ({recipe.by_hand}) with `{recipe.program}` on PATH"
    return MissingError(
        f"The engine {recipe.name} {recipe.version} is not there",
        why=why,
        fix=f"{fix}, or {by_hand}" if fix else by_hand,
        code="AMP-ENGINE-MISSING",
    )


def _engine(recipe: Recipe, path: Path, origin: str, skipped: list[str]) -> Engine:
    return Engine(name=recipe.name, path=path, version=recipe.version, origin=origin, skipped=tuple(skipped))


def _on_path(program: str) -> Iterator[Path]:
    """Every executable of that name, not only the first: an old one must not hide a fitting one."""
    for folder in dict.fromkeys(os.environ.get("PATH", "").split(os.pathsep)):
        path = Path(folder) / program
        if folder and path.is_file() and os.access(path, os.X_OK):
            yield path.absolute()
