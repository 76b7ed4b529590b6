"""Packaging: the repository root is the package `ampacity`, and each room a package below it."""

from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
ROOMS = ["access", "artifacts", "cli", "core", "engines", "planning", "providers", "provisioning", "sandbox"]
PATTERNS = [pattern for room in ROOMS for pattern in (room, f"{room}.*")]


class BuildWithoutSetup(build_py):
    """The root holds `setup.py` too; it is no module of the package."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        found = super().find_package_modules(package, package_dir)
        return [row for row in found if row[:2] != ("ampacity", "setup")]


setup(
    packages=["ampacity", *(f"ampacity.{name}" for name in find_packages(str(ROOT), include=PATTERNS))],
    package_dir={"ampacity": "."},
    package_data={
        "ampacity": ["py.typed"],
        "ampacity.engines": ["*/go.mod", "*/go.sum", "go/requirements.txt"],
        "ampacity.sandbox": ["catalog/*.toml"],
        "ampacity.sandbox.own": ["*.yaml"],
    },
    cmdclass={"build_py": BuildWithoutSetup},
)
