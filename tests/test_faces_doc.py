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


ROOMS = ("access", "artifacts", "cli", "engines", "planning", "providers", "provisioning", "sandbox")


def called_elsewhere() -> Iterator[tuple[str, str]]:
    """Each function that a module imports from another room than its own: that room, and the function's name."""
    root = DOC.parent.parent
    for file in (file for room in ROOMS for file in (root / room).rglob("*.py")):
        folder = file.relative_to(root).parts[:-1]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not node.level or not node.module:
                continue
            source = ".".join([*folder[: len(folder) + 1 - node.level], node.module])
            room = source.partition(".")[0]
            if room in ROOMS and room != folder[0]:
                module = import_module(f"ampacity.{source}")
                yield from ((room, each.name) for each in node.names if inspect.isfunction(getattr(module, each.name)))


def test_every_function_that_another_room_calls_is_on_the_page() -> None:
    page, called = DOC.read_text(encoding="utf-8"), set(called_elsewhere())
    assert len(called) > 20
    assert [each for each in sorted(called) if not re.search(rf"\b{each[1]}\b", page)] == []


def test_every_module_that_the_page_names_is_there() -> None:
    root = DOC.parent.parent
    there = {f"/{file.relative_to(root)}" for room in (*ROOMS, "core") for file in (root / room).rglob("*.py")}
    named = set(re.findall(r"`((?:\w+/)*[a-z]\w*\.py)`", DOC.read_text(encoding="utf-8")))
    assert len(named) > 40
    assert [name for name in sorted(named) if not any(path.endswith(f"/{name}") for path in there)] == []


def test_every_ability_of_sellers_is_in_the_path_to_a_new_one() -> None:
    from ampacity.providers import capabilities

    path = (DOC.parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    abilities = [name for name, kind in vars(capabilities).items() if is_ability(kind)]
    assert len(abilities) > 10
    assert [name for name in abilities if f"`{name}`" not in path] == []


def is_ability(kind: object) -> bool:
    return inspect.isclass(kind) and kind.__module__.startswith("ampacity.") and getattr(kind, "_is_protocol", False)


def test_every_verb_of_provisioning_is_on_the_page() -> None:
    from ampacity.provisioning.control import Control

    public = {name for name, _ in inspect.getmembers(Control, inspect.isfunction) if not name.startswith("_")}
    assert public == {face.name for face in faces() if face.owner == "Control" and face.name != "__init__"}
