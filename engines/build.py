"""Builds an engine from the Go module proxy: copied `go.mod` and `go.sum`, then `go build`."""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from .base import Recipe
from .golang import go_environment, provide_go, wanted_go
from .locate import program_in
from .streaming import stream

Tell = Callable[[str], None]


class BuildNews:
    """Go's lines put into words: modules that come, packages that are compiled, seconds that pass."""

    def __init__(self, tell: Tell, verb: str, total: int = 0) -> None:
        self.packages = 0
        self._tell, self._verb, self._total = tell, verb, total
        self._modules = 0
        self._began = time.monotonic()

    def hear(self, line: str | None) -> None:
        """Take a line, or `None` for a silent moment, and tell where the work stands."""
        if line and line.startswith("go: downloading "):
            self._modules += 1
        elif line and " " not in line:
            self.packages += 1
        self._tell(f"{self._words()}, {time.monotonic() - self._began:.0f} s")

    def _words(self) -> str:
        if self._modules and not self.packages:
            return f"{self._modules} modules downloaded"
        of = f" of at most {self._total}" if self._total else ""
        return f"{self.packages}{of} packages {self._verb}"


def build(recipe: Recipe, folder: Path, tell: Tell) -> None:
    """Put the program into `folder`/bin. Raises `ProgramFailedError` with the end of Go's output."""
    go = provide_go(wanted_go(recipe.modules / "go.mod"), tell)
    with tempfile.TemporaryDirectory(prefix="ampacity-build-") as scratch:
        where = Path(scratch)
        for name in ("go.mod", "go.sum"):
            shutil.copyfile(recipe.modules / name, where / name)
        tags = ["-tags", recipe.tags] if recipe.tags else []
        listed = _go([go, "list", "-deps", *tags, recipe.package], where, BuildNews(tell, "listed"))
        flags: list[str | Path] = ["-v", "-trimpath", "-ldflags", recipe.ldflags, "-o", program_in(folder, recipe)]
        _go([go, "build", *tags, *flags, recipe.package], where, BuildNews(tell, "compiled", listed))


def _go(argv: list[str | Path], where: Path, news: BuildNews) -> int:
    for line in stream(argv, cwd=where, environment=go_environment()):
        news.hear(line)
    return news.packages
