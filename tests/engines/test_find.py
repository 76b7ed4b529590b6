"""Looking for an engine: PATH with its version checked, then the cache, and never a build."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ampacity.core.errors import Exit, MissingError
from ampacity.engines import ENGINES, Engine, MissingEngine, find, survey

if TYPE_CHECKING:
    from tests.engines.conftest import Desk


def test_an_engine_on_path_in_the_version_wanted_is_used(desk: "Desk") -> None:
    path = desk.put("ipfs", "echo ipfs version 0.42.0")
    assert find("kubo") == Engine(name="kubo", path=path, version="0.42.0", origin="PATH")


def test_another_version_on_path_is_passed_over_and_reported(desk: "Desk") -> None:
    old = desk.put("ipfs", "echo ipfs version 0.29.0")
    cached = desk.put_cached("kubo", "0.42.0", "ipfs", "echo ipfs version 0.42.0")
    found = find("kubo")
    assert (found.path, found.origin) == (cached, "cache")
    assert found.skipped == (f"{old} is 0.29.0, not 0.42.0",)


def test_an_old_one_early_on_path_does_not_hide_a_fitting_one(
    desk: "Desk", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk.put("pulumi", "echo v3.100.0")
    path = desk.put("pulumi", "echo v3.259.0", tmp_path / "second")
    monkeypatch.setenv("PATH", f"{desk.bin}:{path.parent}")
    assert find("pulumi").path == path


@pytest.mark.parametrize(
    "script", ["exit 1", "echo v3.259.0; exit 3", "echo pulumi", "echo v3.259.0 and more", "echo v3.259.0-dev"]
)
def test_a_program_that_does_not_tell_exactly_that_version_is_not_used(desk: "Desk", script: str) -> None:
    desk.put("pulumi", script)
    with pytest.raises(MissingError):
        find("pulumi")


def test_a_program_that_hangs_is_passed_over(desk: "Desk", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ampacity.engines.probe.PROBE_SECONDS", 0.1)
    hanging = desk.put("pulumi", "exec sleep 60")
    with pytest.raises(MissingError) as caught:
        find("pulumi")
    assert f"{hanging} does not tell its version" in caught.value.why


def test_a_missing_engine_is_one_error_with_the_command_and_the_way_by_hand(desk: "Desk") -> None:
    with pytest.raises(MissingError) as caught:
        find("pulumi")
    error = caught.value
    assert (error.exit, error.code) == (Exit.NOT_FOUND, "AMP-ENGINE-MISSING")
    assert error.fix.startswith("ampacity engines install pulumi, or install pulumi 3.259.0 by hand (https://")
    assert str(desk.cache / "engines" / "pulumi" / "3.259.0") in error.why


def test_finding_never_builds(desk: "Desk") -> None:
    desk.put_go()
    with pytest.raises(MissingError):
        find("kubo")
    assert desk.builds == []


def test_asking_for_a_version_leaves_the_users_own_folder_alone(
    desk: "Desk", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    monkeypatch.setenv("PULUMI_HOME", str(mine))
    desk.put("pulumi", 'mkdir -p "$PULUMI_HOME/logs"; echo v3.259.0')
    assert find("pulumi").origin == "PATH"
    assert not mine.exists()


def test_a_name_that_no_engine_has_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(MissingError) as caught:
        find("terraform")
    assert caught.value.code == "AMP-ENGINE-UNKNOWN"
    assert caught.value.why == "known: kubo, pulumi"


def test_a_survey_names_every_engine_there_or_not(desk: "Desk") -> None:
    desk.put("ipfs", "echo ipfs version 0.42.0")
    kubo, pulumi = survey()
    assert (kubo.name, pulumi.name) == ENGINES
    assert isinstance(kubo, Engine)
    assert isinstance(pulumi, MissingEngine)
    assert pulumi.fix == "ampacity engines install pulumi"


def test_a_survey_notices_a_cached_engine_that_no_longer_runs(desk: "Desk") -> None:
    broken = desk.put_cached("kubo", "0.42.0", "ipfs", "exit 1")
    kubo = survey()[0]
    assert isinstance(kubo, MissingEngine)
    assert kubo.why == f"{broken} does not tell its version"
