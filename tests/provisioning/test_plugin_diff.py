"""Diff: what makes a new machine, what is only noted, and what is no change at all."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.plugin.diff import difference

RUNS = {"state": "running"}


@pytest.fixture
def plain(machine: Callable[..., MachineInputs]) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(machine())
    return built


def test_the_same_inputs_are_no_change(plain: dict[str, Any]) -> None:
    assert difference(RUNS, plain, dict(plain)).none


def test_another_replace_digest_makes_another_machine(plain: dict[str, Any]) -> None:
    found = difference(RUNS, plain, plain | {"replace": "sha256:" + "f" * 64, "image": "other"})
    assert found.replaces == ("replace",)
    assert found.notes == ()


@pytest.mark.parametrize("name", ["plan", "ends_at", "max_usd_per_hour", "offer"])
def test_a_new_plan_end_or_price_is_noted_in_place(plain: dict[str, Any], name: str) -> None:
    found = difference(RUNS, plain, plain | {name: "other"})
    assert (found.replaces, found.notes) == ((), (name,))


def test_user_data_alone_is_no_change_because_its_digest_is_in_replace(plain: dict[str, Any]) -> None:
    assert difference(RUNS, plain, plain | {"user_data": "encrypted otherwise"}).none


def test_broken_hardware_is_replaced_though_no_input_changed(plain: dict[str, Any]) -> None:
    assert difference({"state": "failed"}, plain, dict(plain)).replaces == ("state",)


@pytest.mark.parametrize("outputs", [{}, {"state": "pending"}, {"state": None}])
def test_a_machine_that_only_starts_is_not_replaced(plain: dict[str, Any], outputs: dict[str, Any]) -> None:
    assert difference(outputs, plain, dict(plain)).none
