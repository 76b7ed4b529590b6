"""Bringing an engine in: built once, kept whole, verified, and told of while it lasts."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ampacity.core.errors import Exit, MissingError, UsageError
from ampacity.core.progress import Stage, Step
from ampacity.engines import find, install
from ampacity.engines.table import recipe_of

if TYPE_CHECKING:
    from tests.engines.conftest import Desk

INSTALL = [sys.executable, "-P", "-c", "from ampacity.engines import install; install('kubo')"]


def kept(desk: "Desk") -> list[str]:
    """What the cache holds of kubo, lock files aside."""
    folder = desk.cache / "engines" / "kubo"
    return sorted(path.name for path in folder.glob("*") if path.suffix != ".lock") if folder.exists() else []


def wait_until(what: Path, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not (what.exists() and what.read_text()):
        assert time.monotonic() < deadline, f"{what} did not appear"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_built_engine_is_kept_by_version_and_found_from_then_on(desk: "Desk") -> None:
    desk.put_go()
    engine = install("kubo")
    assert engine.path == desk.cache / "engines" / "kubo" / "0.42.0" / "bin" / "ipfs"
    assert engine.origin == "built"
    assert find("kubo").path == engine.path
    assert kept(desk) == ["0.42.0"]


def test_the_build_uses_the_modules_pinned_here(desk: "Desk") -> None:
    desk.put_go(says="v3.259.0")
    install("pulumi")
    (asked,) = desk.builds
    recipe = recipe_of("pulumi")
    assert asked.endswith(f"/bin/pulumi {recipe.package}")
    assert f"-tags {recipe.tags}" in asked
    assert f"-ldflags {recipe.ldflags}" in asked
    for name in ("mod", "sum"):
        assert Path(f"{desk.log}.{name}").read_bytes() == (recipe.modules / f"go.{name}").read_bytes()


def test_installing_again_does_not_build_again(desk: "Desk") -> None:
    desk.put_go()
    install("kubo")
    assert install("kubo").origin == "cache"
    assert len(desk.builds) == 1


def test_a_fitting_engine_on_path_is_not_built(desk: "Desk") -> None:
    desk.put_go()
    desk.put("ipfs", "echo ipfs version 0.42.0")
    assert install("kubo").origin == "PATH"
    assert desk.builds == []


def test_a_cached_engine_that_no_longer_runs_is_built_anew(desk: "Desk") -> None:
    desk.put_go()
    desk.put_cached("kubo", "0.42.0", "ipfs", "exit 1")
    assert install("kubo").origin == "built"
    assert kept(desk) == ["0.42.0"]


def test_a_person_sees_modules_come_packages_compile_and_the_end(desk: "Desk") -> None:
    desk.put_go()
    steps: list[Step] = []
    install("kubo", progress=steps.append)
    texts = [step.text.rsplit(",", 1)[0] for step in steps]
    assert "1 modules downloaded" in texts
    assert "1 of at most 2 packages compiled" in texts
    assert {step.item for step in steps} == {"kubo"}
    assert all(step.measures for step in steps[:-1]), "a log of CI gets a sign of life, not a line a package"
    assert steps[-1] == Step(item="kubo", stage=Stage.DONE, text="0.42.0 (built)")


def test_a_silent_build_still_shows_life(desk: "Desk", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ampacity.engines.streaming.HEARTBEAT_SECONDS", 0.02)
    desk.put_go(work="sleep 0.3")
    steps: list[Step] = []
    install("kubo", progress=steps.append)
    assert sum("compiled" in step.text for step in steps) >= 3


def test_a_failed_build_says_why_and_how_to_install_by_hand(desk: "Desk") -> None:
    desk.put_go(work="echo 'https://me:hunter2@proxy.example/x: refused' >&2; exit 1")
    steps: list[Step] = []
    with pytest.raises(MissingError) as caught:
        install("kubo", progress=steps.append)
    error = caught.value
    assert (error.exit, error.code) == (Exit.NOT_FOUND, "AMP-ENGINE-MISSING")
    assert "https://proxy.example/x: refused" in error.why
    assert "hunter2" not in error.why
    assert "by hand (https://docs.ipfs.tech/" in error.fix
    assert steps[-1].stage is Stage.FAILED
    assert kept(desk) == []


def test_a_built_program_of_another_version_is_not_kept(desk: "Desk") -> None:
    desk.put_go(says="ipfs version 0.41.0")
    with pytest.raises(MissingError, match="is not there") as caught:
        install("kubo")
    assert "is 0.41.0, not 0.42.0" in caught.value.why
    assert kept(desk) == []


def test_two_installers_at_once_build_once(desk: "Desk") -> None:
    desk.put_go(work="sleep 1")
    both = [subprocess.Popen(INSTALL, stdin=subprocess.DEVNULL) for _ in range(2)]
    assert [each.wait(timeout=30) for each in both] == [0, 0]
    assert len(desk.builds) == 1


def test_an_installer_that_is_killed_leaves_nothing_that_is_taken_for_an_engine(desk: "Desk") -> None:
    started = desk.home / "started"
    desk.put_go(work=f"echo $$ >{started}; exec sleep 60")
    installer = subprocess.Popen(INSTALL, stdin=subprocess.DEVNULL)
    wait_until(started)
    installer.kill()
    installer.wait(timeout=10)
    os.kill(int(started.read_text()), signal.SIGKILL)
    with pytest.raises(MissingError):
        find("kubo")
    desk.put_go()
    assert install("kubo").origin == "built"
    assert kept(desk) == ["0.42.0"]


def test_ctrl_c_ends_the_compilers_too_and_leaves_nothing_behind(desk: "Desk") -> None:
    started = desk.home / "started"
    desk.put_go(work=f"sleep 60 & echo $! >{started}; wait")
    installer = subprocess.Popen(INSTALL, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_until(started)
    installer.send_signal(signal.SIGINT)
    _, noise = installer.communicate(timeout=10)
    assert b"KeyboardInterrupt" in noise
    deadline = time.monotonic() + 5
    while alive(int(started.read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert kept(desk) == []


def test_a_maker_without_an_installer_is_said_so(desk: "Desk") -> None:
    desk.put_go()
    with pytest.raises(UsageError) as caught:
        install("kubo", source="vendor")
    assert caught.value.fix == "ampacity engines install kubo"
    assert desk.builds == []


def test_an_unknown_source_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="carrier-pigeon") as caught:
        install("kubo", source="carrier-pigeon")
    assert caught.value.why == "allowed: modules, vendor"


def test_pulumis_own_installer_is_said_to_be_untested_and_is_verified(
    desk: "Desk", monkeypatch: pytest.MonkeyPatch
) -> None:
    def bring(*, root: str) -> None:
        desk.put("pulumi", "echo v3.259.0", Path(root) / "bin")

    monkeypatch.setattr("pulumi.automation.PulumiCommand.install", bring)
    steps: list[Step] = []
    engine = install("pulumi", source="vendor", progress=steps.append)
    assert engine.path == desk.cache / "engines" / "pulumi" / "3.259.0" / "bin" / "pulumi"
    assert any("untested" in step.text for step in steps)


def test_pulumis_own_installer_without_a_network_is_a_clear_error(
    desk: "Desk", monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*, root: str) -> None:
        raise OSError("Name or service not known")

    monkeypatch.setattr("pulumi.automation.PulumiCommand.install", fail)
    with pytest.raises(MissingError, match="installer failed") as caught:
        install("pulumi", source="vendor")
    assert caught.value.fix == "ampacity engines install pulumi"
