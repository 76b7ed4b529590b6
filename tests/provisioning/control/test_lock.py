"""One change at a time for each deployment."""

import os
from pathlib import Path

import pytest

from ampacity.core.errors import ResourceError
from ampacity.provisioning.lock import deployment_lock


def test_a_second_change_is_refused_and_told_who_holds_the_lock(tmp_path: Path) -> None:
    with (
        deployment_lock(tmp_path / "lock", "train", "apply"),
        pytest.raises(ResourceError, match=f"apply, process {os.getpid()} on ") as refusal,
        deployment_lock(tmp_path / "lock", "train", "destroy"),
    ):
        pass
    assert refusal.value.code == "AMP-LOCKED"


def test_the_lock_is_free_once_its_holder_is_done(tmp_path: Path) -> None:
    for verb in ("apply", "destroy"):
        with deployment_lock(tmp_path / "lock", "train", verb) as handle:
            assert os.fstat(handle).st_mode & 0o777 == 0o600


def test_a_child_that_inherits_the_lock_holds_it_on(tmp_path: Path) -> None:
    with deployment_lock(tmp_path / "lock", "train", "apply") as handle:
        inherited = os.dup(handle)
    with pytest.raises(ResourceError), deployment_lock(tmp_path / "lock", "train", "recover"):
        pass
    os.close(inherited)
    with deployment_lock(tmp_path / "lock", "train", "recover"):
        pass
