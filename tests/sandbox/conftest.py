"""A sandbox of a test's own: its data, its configuration, and nothing of it left afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ampacity import sandbox
from ampacity.engines import Engine
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
def here(config: Path, engine: Callable[[str], Engine]) -> Iterator[SandboxLayout]:
    """A sandbox that is taken down after the test, whatever the test did."""
    engine("kubo")
    yield sandbox.layout()
    sandbox.down()
