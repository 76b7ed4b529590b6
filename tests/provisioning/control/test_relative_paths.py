"""Relative paths mean the same to the engine's plugin, which works in another folder, as to who typed them."""

from pathlib import Path
from typing import Any

import pytest

from ampacity.core.contexts import NamedContext, choose_context
from ampacity.provisioning.control import Control
from ampacity.provisioning.reports import Outcome

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(params=["--config", "AMPACITY_CONFIG"])
def context(
    toy_environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> NamedContext:
    """All is named relatively: the configuration, the state in it, and the file that the seller's options name."""
    monkeypatch.chdir(tmp_path)
    config, state = Path("config.toml"), 'folder = "state"\npassphrase = {env = "TEST_PASSPHRASE"}\n'
    options = config.read_text().replace(f"{tmp_path}/", "")
    config.write_text(f"{options}[contexts.test.state]\n{state}")
    assert str(tmp_path) not in config.read_text()
    if request.param == "--config":
        return choose_context("test", config_path=config)
    monkeypatch.setenv("AMPACITY_CONFIG", str(config))
    toy_environment["AMPACITY_CONFIG"] = str(config)
    return choose_context("test")


def test_what_is_named_relatively_is_bought_and_ended(control: Control, hands: Any, cloud: Any) -> None:
    report = hands.apply("node-0")
    assert [machine.outcome for machine in report.machines] == [Outcome.OK]
    assert len(cloud.living()) == 1
    assert control.destroy("train").complete
    assert cloud.living() == {}
