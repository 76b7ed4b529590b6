"""One stand-in as a process: this computer only, and it ends with its folder."""

import http.client
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ampacity.sandbox import process, serve, table
from ampacity.sandbox.part import listens

NAME = "lambda"


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "stand-in"
    program = [sys.executable, "-P", "-m", "ampacity.sandbox.serve", NAME, "--folder", str(folder)]
    process.spawn(program, folder, os.environ)
    running = process.running_in(folder)
    assert running is not None
    _until(lambda: (folder / "port").exists() or not running.alive)
    yield folder
    assert process.stop(running, patience_seconds=5)


def _port(folder: Path) -> int:
    return int((folder / "port").read_text())


def test_it_listens_on_this_computer_only(served: Path) -> None:
    assert listens(f"http://127.0.0.1:{_port(served)}")
    own = socket.gethostbyname(socket.gethostname())
    if not own.startswith("127."):
        assert not listens(f"http://{own}:{_port(served)}")


def test_its_log_has_paths_and_neither_queries_nor_headers(served: Path) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", _port(served), timeout=10)
    connection.request("GET", "/nowhere?signature=hush", headers={"Authorization": "Bearer hush-hush"})
    connection.getresponse().read()
    connection.close()
    _until(lambda: "GET /nowhere" in (served / "log").read_text())
    told = (served / "log").read_text() + (served / process.OUTPUT).read_text()
    assert "hush" not in told


def test_it_ends_when_its_folder_is_gone(served: Path) -> None:
    running = process.running_in(served)
    assert running is not None
    shutil.rmtree(served)
    _until(lambda: not running.alive)


def test_every_stand_in_of_the_table_makes_an_application(tmp_path: Path) -> None:
    for name in table.STAND_INS:
        folder = tmp_path / name
        folder.mkdir()
        assert callable(serve.make_app(name, folder))
