"""The sandbox as a whole: up, seen, hurt, mended, down, and nothing left."""

import os
import signal
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ampacity import sandbox
from ampacity.artifacts import KuboNode
from ampacity.core.contexts import choose_context
from ampacity.core.errors import MissingError, ResourceError, UsageError
from ampacity.core.progress import Stage, Step
from ampacity.sandbox import SandboxLayout, supervisor, table
from ampacity.sandbox.part import listens

pytestmark = pytest.mark.kubo


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the stand-in that takes a second to start; that one has tests of its own."""
    monkeypatch.setattr(supervisor, "STAND_INS", {"lambda": table.STAND_INS["lambda"]})
    monkeypatch.setattr("ampacity.sandbox.part.STAND_INS", {"lambda": table.STAND_INS["lambda"]})


def _pids(status: sandbox.SandboxStatus) -> list[int]:
    return [part.pid for part in status.parts if part.pid is not None]


@pytest.mark.usefixtures("small")
def test_up_makes_everything_that_the_context_names(here: SandboxLayout, config: Path) -> None:
    heard: list[Step] = []
    status = sandbox.up(heard.append)
    assert status.up
    assert {step.item for step in heard if step.stage is Stage.DONE} == {"lambda", "kubo"}
    context = choose_context("sandbox").context
    assert context.ipfs is not None
    assert KuboNode(context.ipfs.api).version().startswith("0.42.")
    for settings in context.providers.values():
        assert all(ref.file is not None and ref.file.is_file() for ref in settings.secrets.values())
        assert settings.endpoint is None or listens(settings.endpoint)
    assert config.stat().st_mode & stat.S_IRWXO == 0


@pytest.mark.usefixtures("small")
def test_nothing_in_the_folder_can_be_read_by_others(here: SandboxLayout) -> None:
    sandbox.up()
    folders = [here.folder, *(path for path in here.folder.iterdir() if path.is_dir())]
    assert {here.part(name) for name in ("lambda", "own", "kubo")} < set(folders)
    assert [path for path in folders if path.stat().st_mode & 0o077] == []
    assert here.passphrase.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("small")
def test_up_again_changes_nothing(here: SandboxLayout, config: Path) -> None:
    first = sandbox.up()
    written = config.read_bytes()
    assert sandbox.up() == first
    assert config.read_bytes() == written


@pytest.mark.usefixtures("small")
def test_two_ups_at_once_start_one_sandbox(here: SandboxLayout) -> None:
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(lambda _: sandbox.up(), range(2))
    assert _pids(one) == _pids(two)


@pytest.mark.usefixtures("small")
def test_a_part_that_died_is_seen_and_started_again(here: SandboxLayout) -> None:
    first = sandbox.up()
    for victim in _pids(first):
        os.kill(victim, signal.SIGKILL)
    while any(part.pid for part in sandbox.status().parts):
        time.sleep(0.02)
    assert not sandbox.status().up
    second = sandbox.up()
    assert second.up
    assert not set(_pids(first)) & set(_pids(second))
    assert choose_context("sandbox").context.providers["lambda"].endpoint == second.parts[0].endpoint


@pytest.mark.usefixtures("small")
def test_down_leaves_no_process_no_folder_and_no_context(here: SandboxLayout, config: Path) -> None:
    status = sandbox.up()
    endpoints = [part.endpoint for part in status.parts if part.pid and part.endpoint]
    assert sandbox.down()
    assert not any(part.alive for part in sandbox.status().parts)
    assert not any(listens(endpoint) for endpoint in endpoints)
    assert not here.folder.exists()
    assert not config.exists()
    assert not sandbox.down()  # there is none any more


@pytest.mark.usefixtures("small")
def test_a_part_that_does_not_come_up_takes_the_others_down_again(
    here: SandboxLayout, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ampacity.sandbox.kubo.PROFILES", "test,no-such-profile")
    with pytest.raises(ResourceError) as caught:
        sandbox.up()
    assert "no-such-profile" in caught.value.why
    assert not any(part.pid for part in sandbox.status().parts)
    assert not config.exists()


@pytest.mark.usefixtures("small")
def test_a_part_that_dies_while_starting_is_told_with_its_last_words(
    here: SandboxLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ampacity.sandbox.part.STAND_INS", {"nobody": "no.such.module"})
    with pytest.raises(ResourceError) as caught:
        sandbox.up()
    assert "nobody" in f"{caught.value}"
    assert "invalid choice" in caught.value.why


def test_without_the_ipfs_engine_nothing_is_started(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPACITY_CACHE", str(config.parent / "cache"))
    monkeypatch.setenv("PATH", str(config.parent))
    with pytest.raises(MissingError) as caught:
        sandbox.up()
    assert caught.value.code == "AMP-ENGINE-MISSING"
    assert "ampacity engines install" in caught.value.fix
    assert not sandbox.layout().folder.exists()
    assert not config.exists()


def test_a_configuration_that_is_broken_stops_up_before_it_starts(here: SandboxLayout, config: Path) -> None:
    config.parent.mkdir()
    config.write_text("current = ")
    with pytest.raises(UsageError):
        sandbox.up()
    assert not any(part.pid for part in sandbox.status().parts)


@pytest.mark.usefixtures("small")
def test_an_interrupted_start_leaves_nothing_running(here: SandboxLayout) -> None:
    def interrupt(step: Step) -> None:
        if step.item == "kubo":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sandbox.up(interrupt)
    assert not any(part.pid for part in sandbox.status().parts)
