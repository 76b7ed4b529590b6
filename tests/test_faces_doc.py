"""The faces of the rooms in docs/architecture.md are those of the code."""

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import ampacity

DOC = Path(ampacity.__file__).parent / "docs" / "architecture.md"
_MODULE = re.compile(r"# ((?:\w+/)+\w+)\.py")
_CLASS = re.compile(r"class (\w+)")
_FUNCTION = re.compile(r"(?P<indent>\s*)(?:class \w+: )?def (?P<name>\w+)\((?P<parameters>.*?)\)(?= ->|:|;|  |$)")


class Face(NamedTuple):
    """One function as the page has it."""

    module: str
    owner: str | None
    name: str
    parameters: str


def faces() -> Iterator[Face]:
    """Every `def` of the page, with the module and the class that it stands under."""
    text = DOC.read_text(encoding="utf-8")
    module, owner = "", None
    for line in text[text.index("## The faces of the rooms") :].splitlines():
        if (found := _MODULE.search(line)) is not None and not line.lstrip("# ").startswith("sandbox/<"):
            module, owner = found[1].replace("/", ".").removesuffix(".__init__"), None
        if (kind := _CLASS.match(line)) is not None:
            owner = kind[1]
        if (found := _FUNCTION.match(line)) is not None:
            inside = bool(found["indent"]) or line.startswith("class ")
            yield Face(module, owner if inside else None, found["name"], found["parameters"])


def parameters_of(face: Face) -> list[tuple[str, bool]]:
    """Each parameter's name, and whether it is given by its name only, as the page says."""
    (function,) = ast.parse(f"def f({face.parameters}): ...").body
    assert isinstance(function, ast.FunctionDef)
    plain = [(each.arg, False) for each in (*function.args.posonlyargs, *function.args.args)]
    return plain + [(each.arg, True) for each in function.args.kwonlyargs]


def code_of(face: Face) -> Any:
    module = import_module(f"ampacity.{face.module}")
    return getattr(getattr(module, face.owner) if face.owner else module, face.name)


@pytest.mark.parametrize("face", list(faces()), ids=lambda face: f"{face.module}.{face.name}")
def test_every_function_of_the_page_is_there_with_these_parameters(face: Face) -> None:
    told = inspect.signature(code_of(face)).parameters.values()
    assert parameters_of(face) == [(each.name, each.kind is each.KEYWORD_ONLY) for each in told]


def test_every_verb_of_provisioning_is_on_the_page() -> None:
    from ampacity.provisioning.control import Control

    public = {name for name, _ in inspect.getmembers(Control, inspect.isfunction) if not name.startswith("_")}
    assert public == {face.name for face in faces() if face.owner == "Control" and face.name != "__init__"}
