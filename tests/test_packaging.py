"""What is built and shipped: the rooms, nothing else, and everything that they read beside themselves."""

import re
import subprocess
import sys
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest

import ampacity
from ampacity.engines.table import RECIPES

ROOT = Path(ampacity.__file__).parent
ROOMS = {"access", "artifacts", "cli", "core", "engines", "planning", "providers", "provisioning", "sandbox"}
BUILD = "from setuptools.build_meta import build_wheel; import sys; print(build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from a copy of the files that git has."""
    work, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    copy = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, copy.stdout.decode().split("\0")):
        if (ROOT / name).is_file() and not name.startswith(".typing"):
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-P", "-c", BUILD, str(out)]
    built = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert built.returncode == 0, built.stderr[-2000:]
    (file,) = out.glob("ampacity-*.whl")
    return set(zipfile.ZipFile(file).namelist())


def packages() -> set[str]:
    """Every folder of the rooms that is a package, as a path."""
    inits = (path for room in ROOMS for path in (ROOT / room).rglob("__init__.py"))
    return {path.parent.relative_to(ROOT).as_posix() for path in inits}


def test_every_room_is_a_package_and_every_package_lies_in_a_room() -> None:
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == ROOMS


def test_a_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    assert {folder.relative_to(ROOT).as_posix() for folder in folders} == packages()


def test_the_wheel_holds_exactly_the_packages(wheel: set[str]) -> None:
    shipped = {name.removeprefix("ampacity/") for name in wheel if name.endswith("/__init__.py")}
    assert shipped == {"__init__.py", *(f"{package}/__init__.py" for package in packages())}


def test_the_wheel_holds_every_module_of_the_rooms(wheel: set[str]) -> None:
    modules = {path.relative_to(ROOT).as_posix() for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    assert {f"ampacity/{module}" for module in modules} <= wheel


def test_the_wheel_holds_nothing_from_outside_the_rooms(wheel: set[str]) -> None:
    tops = {"/".join(name.split("/")[:2]) for name in wheel if name.startswith("ampacity/")}
    assert tops == {"ampacity/__init__.py", "ampacity/py.typed", *(f"ampacity/{room}" for room in ROOMS)}
    assert {name.split("/")[0] for name in wheel} == {"ampacity", f"ampacity-{ampacity.__version__}.dist-info"}


def test_the_wheel_holds_what_the_engines_are_built_from(wheel: set[str]) -> None:
    for recipe in RECIPES:
        assert {f"ampacity/engines/{recipe.name}/go.mod", f"ampacity/engines/{recipe.name}/go.sum"} <= wheel
    assert "ampacity/engines/go/requirements.txt" in wheel


def test_the_wheel_holds_every_data_file_of_the_rooms(wheel: set[str]) -> None:
    data = {path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file()}
    names = {path.relative_to(ROOT).as_posix() for path in data if path.suffix not in {".py", ".pyc"}}
    assert {f"ampacity/{name}" for name in names} <= wheel


def test_the_wheel_carries_the_licence(wheel: set[str]) -> None:
    assert f"ampacity-{ampacity.__version__}.dist-info/licenses/LICENSE" in wheel
    assert "Apache License" in (ROOT / "LICENSE").read_text()


def test_the_type_checkers_see_one_link_a_room() -> None:
    links = {path.name: str(path.readlink()) for path in (ROOT / ".typing" / "ampacity").iterdir()}
    assert links == {name: f"../../{name}" for name in {*ROOMS, "__init__.py", "py.typed"}}


@pytest.mark.parametrize("name", ["requirements.lock", "scripts/uv.lock", "engines/go/requirements.txt"])
def test_a_lock_pins_every_package_by_hash_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    entries = re.split(r"^(?=[A-Za-z0-9])", re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE), flags=re.MULTILINE)
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries if entry.strip())
    assert "://" not in text


def test_the_lock_holds_every_dependency_that_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"].values()
    declared = [*project["project"]["dependencies"], *chain.from_iterable(extras), *project["dependency-groups"]["dev"]]
    names = {re.split(r"[\[<>=~!; ]", line, maxsplit=1)[0].lower() for line in declared}
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert names <= locked
