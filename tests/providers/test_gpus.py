"""Models are recognised by what sellers call them, and by nothing else."""

import pytest

from ampacity.providers.gpus import MODELS, find_model, nominal_memory_gib


@pytest.mark.parametrize(
    ("text", "name"),
    [("h100", "H100"), ("NVIDIA H100", "H100"), ("Tesla V100", "V100"), ("RTX 6000", "RTX6000"), ("L40S", "L40S")],
)
def test_vendor_words_and_case_do_not_matter(text: str, name: str) -> None:
    model = find_model(text)
    assert model is not None
    assert model.name == name


@pytest.mark.parametrize(
    # as Akash's providers name them (provider-configs devices/pcie/gpus.json, 2026-06-16)
    ("text", "name", "memory_gib"),
    [
        ("rtx3090", "RTX3090", 24),
        ("rtx4090", "RTX4090", 24),
        ("rtx5090", "RTX5090", 32),
        ("rtx4080s", "RTX4080S", 16),
        ("rtxa6000", "A6000", 48),
        ("a5000", "A5000", 24),
        ("a40", "A40", 48),
        ("pro6000se", "PRO6000", 96),
        ("pro6000we", "PRO6000", 96),
        ("h200nvl", "H200NVL", 141),
        ("p40", "P40", 24),
    ],
)
def test_cards_of_decentralised_markets_are_known(text: str, name: str, memory_gib: int) -> None:
    model = find_model(text)
    assert model is not None
    assert (model.name, model.memory_gib[0]) == (name, memory_gib)


@pytest.mark.parametrize("text", ["", "H1000", "L40", "rtx5090m", "Example GPU", "A100X"])
def test_what_only_looks_like_a_model_is_not_one(text: str) -> None:
    assert find_model(text) is None


@pytest.mark.parametrize(
    # what drivers show, from AWS DescribeInstanceTypes: usable memory, less than the card is sold with
    ("name", "visible_mib", "sold_gib"),
    [("L4", 22_888, 24), ("A10G", 22_888, 24), ("L40S", 45_776, 48), ("H200", 144_384, 141), ("A100", 40_960, 40)],
)
def test_visible_memory_names_the_size_the_card_is_sold_with(name: str, visible_mib: int, sold_gib: int) -> None:
    model = find_model(name)
    assert model is not None
    assert nominal_memory_gib(model, visible_mib) == sold_gib


def test_no_name_means_two_models() -> None:
    names = [name.lower() for model in MODELS for name in (model.name, *model.aliases)]
    assert len(names) == len(set(names))
