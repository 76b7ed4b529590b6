"""Everything that is kept can be kept elsewhere."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ampacity.core.paths import cache_dir, config_file, data_dir


@pytest.mark.parametrize(
    ("variable", "where"),
    [("AMPACITY_CONFIG", config_file), ("AMPACITY_CACHE", cache_dir), ("AMPACITY_DATA", data_dir)],
)
def test_a_variable_moves_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, where: Callable[[], Path]
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / "mine"))
    assert where() == tmp_path / "mine"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, "mine")
    assert where() == tmp_path / "mine"
    monkeypatch.setenv(variable, "")
    assert where().is_absolute()
    assert where() != tmp_path


def test_without_variables_everything_is_in_folders_of_our_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("AMPACITY_CONFIG", "AMPACITY_CACHE", "AMPACITY_DATA"):
        monkeypatch.delenv(variable, raising=False)
    assert config_file().name == "config.toml"
    assert all("ampacity" in str(where()).lower() for where in (config_file, cache_dir, data_dir))
