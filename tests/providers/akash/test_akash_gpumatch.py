"""Which GPU is the one that was ordered: the chain's own path globs."""

import pytest

from ampacity.providers.akash.gpumatch import contradiction, provider_states

FULL = "vendor/nvidia/model/h100/ram/80Gi/interface/sxm"


def provider(*keys: str, value: str = "true") -> dict[str, str]:
    return {f"capabilities/gpu/{key}": value for key in keys} | {"host": "akash"}


@pytest.mark.parametrize(
    ("wanted", "stated", "matches"),
    [
        (FULL, FULL, True),
        ("vendor/nvidia/model/h100", "vendor/nvidia/model/h100", True),
        ("vendor/nvidia/model/*", "vendor/nvidia/model/h100", True),
        # A star stops at a slash: the trap of orders without bids.
        ("vendor/nvidia/model/*", "vendor/nvidia/model/h100/ram/80Gi", False),
        ("vendor/nvidia/model/h100", FULL, False),
        (FULL, "vendor/nvidia/model/h100", False),
        (FULL, FULL.replace("sxm", "pcie"), False),
        ("vendor/nvidia/model/h*", "vendor/nvidia/model/h200", True),
    ],
)
def test_a_provider_matches_by_whole_paths(wanted: str, stated: str, matches: bool) -> None:
    assert provider_states([wanted], provider(stated)) is matches


def test_of_several_wanted_keys_one_is_enough() -> None:
    assert provider_states(["vendor/nvidia/model/a100", FULL], provider(FULL))


def test_without_a_wanted_key_any_gpu_will_do_but_one_there_must_be() -> None:
    assert provider_states([], provider("vendor/nvidia/model/t4"))
    assert not provider_states([], provider())


def test_a_capability_that_is_not_true_is_none() -> None:
    assert not provider_states([FULL], provider(FULL, value="false"))


@pytest.mark.parametrize(
    ("wanted", "offered", "problem"),
    [
        ([FULL], [FULL], None),
        ([FULL], ["vendor/nvidia/model/h100"], None),
        ([FULL], ["vendor/nvidia/model/h100/ram/80Gi"], None),
        (["vendor/nvidia/model/h100"], [FULL], None),
        (["vendor/nvidia/model/*"], ["vendor/nvidia/model/t4"], None),
        ([], ["vendor/nvidia/model/t4"], None),
        ([FULL], [], "does not say which GPU it brings"),
        ([FULL], ["vendor/nvidia"], "brings vendor/nvidia instead of h100 80Gi sxm"),
        ([FULL], ["vendor/nvidia/model/a100"], "brings a100 instead of h100 80Gi sxm"),
        ([FULL], ["vendor/amd/model/h100"], "brings h100 instead of h100 80Gi sxm"),
        ([FULL], [FULL, "vendor/nvidia/model/t4"], "brings t4 instead of h100 80Gi sxm"),
    ],
)
def test_a_bid_may_say_less_but_nothing_else(wanted: list[str], offered: list[str], problem: str | None) -> None:
    assert contradiction(wanted, offered) == problem
