"""A PATH, a cache and a home of their own, and programs that are short shell scripts."""

import shutil
from pathlib import Path

import pytest

GO = """\
[ "$*" = "env GOVERSION" ] && {{ [ "$GOTOOLCHAIN" = local ] && echo {version}; exit; }}
case $1 in
list) echo "go: downloading example.org/dep v1.0.0" >&2; printf 'fmt\\nexample.org/dep\\n'; exit ;;
build) echo "$PWD $*" >>{log}; cp go.mod {log}.mod; cp go.sum {log}.sum
       echo example.org/dep; {work}
       while [ "$1" != -o ]; do shift; done
       mkdir -p "${{2%/*}}"; printf '#!/bin/sh\\necho "%s"\\n' "{says}" >"$2"; chmod +x "$2" ;;
esac
"""


TOOLS = ("cat", "chmod", "cp", "mkdir", "sleep")
"""All that the scripts need; the rest of this computer, its own Go or Kubo say, is out of sight."""


class Desk:
    """One user's computer: what is on PATH, what is in the cache, what the fake Go was asked."""

    def __init__(self, root: Path) -> None:
        self.bin, self.cache, self.home = root / "bin", root / "cache", root / "home"
        self.log = root / "go.log"
        for folder in (self.bin, self.home):
            folder.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or "/nowhere")

    def put(self, name: str, script: str, folder: Path | None = None) -> Path:
        """A program of that name, on PATH where no folder is given."""
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def put_cached(self, engine: str, version: str, program: str, script: str) -> Path:
        """A program in the place where the cache keeps it."""
        return self.put(program, script, self.cache / "engines" / engine / version / "bin")

    def put_go(
        self,
        *,
        version: str = "go1.26.8",
        says: str = "ipfs version 0.42.0",
        work: str = ":",
        folder: Path | None = None,
    ) -> Path:
        """A Go that builds a program which says `says`, doing `work` meanwhile."""
        return self.put("go", GO.format(version=version, says=says, work=work, log=self.log), folder)

    @property
    def builds(self) -> list[str]:
        """What the fake Go was asked to build."""
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(tmp_path)
    monkeypatch.setenv("PATH", str(desk.bin))
    monkeypatch.setenv("AMPACITY_CACHE", str(desk.cache))
    monkeypatch.setenv("HOME", str(desk.home))
    return desk
