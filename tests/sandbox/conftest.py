"""A sandbox of a test's own: its data, its configuration, and nothing of it left afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ampacity import engines, sandbox
from ampacity.core.errors import MissingError
from ampacity.sandbox import SandboxLayout


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the configuration will be; nothing of the user's own is touched."""
    path = tmp_path / "config" / "config.toml"
    monkeypatch.setenv("AMPACITY_CONFIG", str(path))
    monkeypatch.setenv("AMPACITY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("AMPACITY_CONTEXT", raising=False)
    return path


@pytest.fixture
def here(config: Path) -> Iterator[SandboxLayout]:
    """A sandbox that is taken down after the test, whatever the test did."""
    try:
        engines.find("kubo")
    except MissingError:
        pytest.skip("there is no Kubo on this computer: ampacity engines install kubo")
    yield sandbox.layout()
    sandbox.down()
