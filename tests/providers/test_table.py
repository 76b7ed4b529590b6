"""The table is the only place that knows who the sellers are."""

import re
from pathlib import Path

import pytest

import ampacity
from ampacity.core.contexts import Context, ProviderSettings
from ampacity.core.errors import UsageError
from ampacity.providers.table import PROVIDERS, open_provider

ROOT = Path(ampacity.__file__).parent
PACKAGES = sorted(path.name for path in (ROOT / "providers").iterdir() if (path / "__init__.py").is_file())


def test_every_folder_under_providers_is_in_the_table() -> None:
    assert sorted(module.removeprefix("ampacity.providers.") for module in PROVIDERS.values()) == PACKAGES


def test_every_seller_in_the_table_runs_the_contract(harness_names: frozenset[str]) -> None:
    assert harness_names == frozenset(PROVIDERS)


@pytest.mark.parametrize("room", ["cli", "planning", "provisioning", "access", "artifacts", "core"])
def test_no_other_room_names_a_seller(room: str) -> None:
    quoted = re.compile("|".join(rf"[\"']{name}[\"']|providers\.{name}\b" for name in (*PROVIDERS, *PACKAGES)))
    named = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if quoted.search(line)
    ]
    assert named == []


def test_an_unknown_seller_is_told_with_those_that_are_known() -> None:
    with pytest.raises(UsageError, match="lambda"):
        open_provider("nobody", Context())


def test_a_seller_that_the_context_does_not_name_is_not_enabled() -> None:
    with pytest.raises(UsageError) as caught:
        open_provider("own", Context())
    assert caught.value.code == "AMP-PROVIDER-DISABLED"


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_a_setting_that_a_seller_does_not_know_is_an_error(name: str) -> None:
    context = Context(providers={name: ProviderSettings(options={"colour": "blue"})})
    with pytest.raises(UsageError, match=r"colour"):
        open_provider(name, context)


@pytest.mark.parametrize("name", sorted(set(PROVIDERS) - {"own"}))
def test_a_plain_http_endpoint_needs_a_context_that_says_loopback(name: str) -> None:
    context = Context(providers={name: ProviderSettings(endpoint="http://127.0.0.1:9")})
    with pytest.raises(UsageError, match="loopback"):
        open_provider(name, context)
