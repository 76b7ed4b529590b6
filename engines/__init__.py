"""Finds or builds the outside programs that Ampacity runs."""

from .base import Engine, MissingEngine
from .install import install
from .locate import find, survey
from .table import RECIPES

ENGINES: tuple[str, ...] = tuple(recipe.name for recipe in RECIPES)
"""The names of all engines."""

__all__ = ["ENGINES", "Engine", "MissingEngine", "find", "install", "survey"]
