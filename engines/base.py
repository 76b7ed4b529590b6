"""Outside programs as values: which one is wanted, which one was found, which one is not there."""

from collections.abc import Callable
from pathlib import Path

import msgspec

VendorInstall = Callable[[Path], None]
"""Puts `bin/PROGRAM` into the folder that it is given."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """One engine: what it must be, how its version is asked for, how it is built.

    `name` is also the folder beside this file that holds its `go.mod` and `go.sum`. The version
    has no leading `v`; `version_pattern` takes it, as its one group, from the whole output.
    `home_variable` names the program's own folder, so that asking for a version writes nowhere.
    """

    name: str
    version: str
    program: str
    package: str
    ldflags: str
    tags: str = ""
    version_arguments: tuple[str, ...] = ("version",)
    version_pattern: str
    home_variable: str
    by_hand: str
    """The page that says how to install it without Ampacity."""
    vendor: VendorInstall | None = None

    @property
    def modules(self) -> Path:
        """The folder with the engine's `go.mod` and `go.sum`."""
        return Path(__file__).parent / self.name


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """A program that is there in the version wanted.

    `origin` is `PATH`, `cache` or `built`; `skipped` says which others were passed over and why.
    """

    name: str
    path: Path
    version: str
    origin: str
    skipped: tuple[str, ...] = ()


class MissingEngine(msgspec.Struct, frozen=True, kw_only=True):
    """A program that is not there, as data: where it was looked for, and the command that brings it."""

    name: str
    version: str
    why: str
    fix: str
