"""The sandbox's context in the configuration: there, valid, and not one foreign byte moved."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.core.contexts import load_config
from ampacity.core.errors import UsageError
from ampacity.sandbox.context_block import check_config, context_block, remove_context, write_context
from ampacity.sandbox.places import SandboxLayout

MINE = b"""# my own words
current = "work"   # keep

[contexts.work.providers.lambda]
regions = ["us-west-1"]
"""


def _block(folder: Path) -> str:
    endpoints = {"akash": "http://127.0.0.1:4001", "lambda": "http://127.0.0.1:4000"}
    return context_block(
        SandboxLayout(folder=folder), endpoints, {"own": folder / "sites.yaml"}, "http://127.0.0.1:5001"
    )


def test_the_context_says_where_everything_is_and_holds_no_secret(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    write_context(config, _block(tmp_path))
    found = load_config(config)
    context = found.contexts["sandbox"]
    assert found.current == "sandbox"
    assert context.loopback
    assert context.providers["lambda"].endpoint == "http://127.0.0.1:4000"
    assert context.providers["lambda"].secrets["api_key"].file == tmp_path / "lambda" / "api_key"
    assert context.providers["akash"].options == {"bid_seconds": "3", "console": "http://127.0.0.1:4001"}
    assert context.providers["own"].options == {"sites": str(tmp_path / "sites.yaml")}
    assert context.ipfs is not None
    assert context.approval is not None
    assert context.state.passphrase is not None


def test_another_current_context_stays_current(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_bytes(MINE)
    write_context(config, _block(tmp_path))
    assert load_config(config).current == "work"
    assert config.read_bytes().startswith(MINE)


def test_writing_again_replaces_the_block_and_nothing_else(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_bytes(MINE)
    write_context(config, _block(tmp_path))
    once = config.read_bytes()
    write_context(config, _block(tmp_path))
    assert config.read_bytes() == once
    write_context(config, _block(tmp_path / "elsewhere"))
    assert config.read_bytes().count(b">>>") == 2
    assert load_config(config).contexts["sandbox"].state.folder == tmp_path / "elsewhere" / "state"


comments = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(lambda text: f"# {text}")


@settings(max_examples=50, deadline=None)
@given(lines=st.lists(comments | st.just("") | st.just("\t"), max_size=5), end=st.sampled_from(["", "\n", "\n\n"]))
def test_down_gives_back_every_byte(lines: list[str], end: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("config")
    config = folder / "config.toml"
    before = MINE + ("\n".join(lines) + end).encode()
    config.write_bytes(before)
    write_context(config, _block(folder))
    tomllib.loads(config.read_text())
    remove_context(config)
    assert config.read_bytes() == before


def test_down_takes_its_mark_of_current_with_it(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[contexts.work]\nloopback = false\n[contexts.work.providers.x.options]\ncurrent = "sandbox"\n')
    write_context(config, _block(tmp_path))
    assert load_config(config).current == "sandbox"
    remove_context(config)
    found = load_config(config)
    assert found.current is None
    assert found.contexts["work"].providers["x"].options == {"current": "sandbox"}


def test_a_configuration_that_held_only_the_sandbox_is_gone_with_it(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    write_context(config, _block(tmp_path))
    remove_context(config)
    assert not config.exists()
    remove_context(config)


def test_a_linked_configuration_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_bytes(MINE)
    real.chmod(0o640)
    config = tmp_path / "config.toml"
    config.symlink_to(real)
    write_context(config, _block(tmp_path))
    assert config.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    remove_context(config)
    assert real.read_bytes() == MINE


def test_a_context_of_that_name_that_is_not_ours_is_not_touched(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[contexts.sandbox]\nloopback = true\n")
    with pytest.raises(UsageError) as caught:
        check_config(config)
    assert caught.value.code == "AMP-SANDBOX-CONTEXT"


def test_odd_characters_in_paths_survive(tmp_path: Path) -> None:
    folder = tmp_path / 'a "quoted" \\ böse\tname'
    config = tmp_path / "config.toml"
    write_context(config, _block(folder))
    assert load_config(config).contexts["sandbox"].state.folder == folder / "state"
