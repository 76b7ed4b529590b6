"""What the engine is given: its own home and secrets, and nothing of a person's own Pulumi."""

import stat
from pathlib import Path

import pytest

from ampacity.core.errors import MissingError
from ampacity.provisioning.engine import EngineSettings, EngineStack
from ampacity.provisioning.engine.install import plugin_path, prepare
from ampacity.provisioning.engine.settings import child_environment


@pytest.fixture
def settings(tmp_path: Path) -> EngineSettings:
    return EngineSettings(
        program=tmp_path / "no-such-pulumi",
        home=tmp_path / "home",
        backend=tmp_path / "a state",
        stack="train",
        passphrase="correct horse",
        plugin_environment={"AMPACITY_PLUGIN_SITES": "racks.yaml", "PULUMI_ACCESS_TOKEN": "theirs"},
    )


def test_a_persons_own_pulumi_settings_never_reach_the_engine(
    settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://theirs")
    monkeypatch.setenv("PULUMI_EXPERIMENTAL", "true")
    environment = child_environment(settings)
    assert environment["PULUMI_BACKEND_URL"] == settings.backend.as_uri()
    assert "PULUMI_EXPERIMENTAL" not in environment
    assert "PULUMI_ACCESS_TOKEN" not in environment
    assert environment["AMPACITY_PLUGIN_SITES"] == "racks.yaml"


def test_the_passphrase_is_in_the_childs_environment_and_in_no_text(settings: EngineSettings) -> None:
    assert child_environment(settings)["PULUMI_CONFIG_PASSPHRASE"] == "correct horse"
    assert "correct horse" not in repr(settings)


def test_the_plugin_lies_where_the_engine_looks_and_can_be_run(settings: EngineSettings) -> None:
    prepare(settings)
    path = plugin_path(settings.home)
    assert path == settings.home / "plugins/resource-ampacity-v0.1.0/pulumi-resource-ampacity"
    assert path.stat().st_mode & stat.S_IXUSR
    first = path.stat().st_mtime_ns
    prepare(settings)
    assert path.stat().st_mtime_ns == first


def test_a_missing_engine_is_a_clear_error(settings: EngineSettings) -> None:
    with pytest.raises(MissingError) as missing:
        EngineStack(settings).create()
    assert missing.value.code == "AMP-ENGINE-MISSING"
    assert missing.value.fix == "ampacity engines install pulumi"


def test_a_stack_that_was_never_made_is_known_not_to_exist(settings: EngineSettings) -> None:
    assert not EngineStack(settings).exists()
