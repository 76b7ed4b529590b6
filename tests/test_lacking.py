"""What a test lacks is told: a skip for who has it not, a failure in CI."""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from ampacity.engines import Engine


def test_what_is_lacking_is_a_skip_with_its_reason(
    lacking: Callable[[str], NoReturn], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no such thing"):
        lacking("no such thing")


def test_in_ci_it_is_a_failure(lacking: Callable[[str], NoReturn], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no such thing"):
        lacking("no such thing")


def test_an_engine_that_is_nowhere_is_a_failure_in_ci(
    engine: Callable[[str], Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("AMPACITY_CACHE", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match="ampacity engines install kubo"):
        engine("kubo")


def test_a_vector_that_the_folder_beside_the_checkout_lacks_is_a_failure_in_ci(
    vector: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    vector()
    with pytest.raises(pytest.fail.Exception, match=r"lack akash/nowhere\.json"):
        vector("akash", "nowhere.json")
