"""The configuration is strict, its errors name file and line, and a context is chosen in one order."""

from pathlib import Path
from typing import Any

import pytest

from ampacity.core.contexts import Config, choose_context, load_config, set_current
from ampacity.core.errors import Exit, MissingError, UsageError

TWO = """\
current = "work"

[contexts.work]
state = {folder = "~/state"}

[contexts.work.providers.somecloud]
endpoint = "https://api.somecloud.example"
secrets = {key = {env = "SOMECLOUD_KEY"}}

[contexts.play]
loopback = true
"""


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text)
        return path

    return write


def refused(path: Path) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load_config(path)
    assert caught.value.code == "AMP-CONFIG"
    return caught.value


def test_no_file_is_an_empty_configuration(tmp_path: Path) -> None:
    assert load_config(tmp_path / "none.toml") == Config()


def test_the_file_named_by_the_environment_is_read(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPACITY_CONFIG", str(write(TWO)))
    assert sorted(load_config().contexts) == ["play", "work"]


@pytest.mark.parametrize(
    ("flag", "variable", "chosen"), [("play", "work", "play"), (None, "play", "play"), (None, None, "work")]
)
def test_a_flag_beats_the_environment_and_that_the_current_one(
    write: Any, flag: str | None, variable: str | None, chosen: str
) -> None:
    environment = {"AMPACITY_CONTEXT": variable} if variable else {}
    assert choose_context(flag, config_path=write(TWO), environment=environment).name == chosen


def test_no_choice_at_all_says_how_to_make_one(write: Any) -> None:
    with pytest.raises(MissingError) as caught:
        choose_context(config_path=write("[contexts.a]\n"), environment={})
    assert (caught.value.code, caught.value.exit) == ("AMP-CONTEXT-NONE", Exit.NOT_FOUND)
    assert "ampacity sandbox up" in caught.value.fix


@pytest.mark.parametrize("name", [None, "prod"])
@pytest.mark.parametrize("usual", [True, False])
def test_a_configuration_that_was_named_and_is_not_there_says_which_there_is_and_how_one_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None, *, usual: bool
) -> None:
    there, named = tmp_path / "usual.toml", tmp_path / "no pe.toml"
    monkeypatch.setenv("AMPACITY_CONFIG", str(there))
    if usual:
        there.write_text("[contexts.prod]\n")
    with pytest.raises(MissingError) as caught:
        choose_context(name, config_path=named, environment={})
    assert (caught.value.what, caught.value.code) == (f"The configuration {named} is not there", "AMP-CONFIG-ABSENT")
    assert caught.value.why == f"{there}, which is read without --config, is {'there' if usual else 'not there either'}"
    assert caught.value.fix.startswith("leave --config out; or write it: " if usual else "write it: ")
    assert f"AMPACITY_CONFIG='{named}' ampacity sandbox up" in caught.value.fix


@pytest.mark.parametrize("name", [None, "prod"])
def test_without_any_configuration_the_way_on_is_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    monkeypatch.setenv("AMPACITY_CONFIG", str(tmp_path / "usual.toml"))
    with pytest.raises(MissingError) as caught:
        choose_context(name, environment={})
    assert caught.value.why == f"{tmp_path / 'usual.toml'} is not there"
    assert caught.value.fix.startswith("ampacity sandbox up, or write it: ")


def test_an_unknown_context_is_refused_with_those_that_there_are(write: Any) -> None:
    with pytest.raises(MissingError) as caught:
        choose_context("prod", config_path=write(TWO), environment={})
    assert caught.value.code == "AMP-CONTEXT-UNKNOWN"
    assert caught.value.why.endswith("has: play, work")


def test_a_home_folder_may_be_written_short(write: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert choose_context("work", config_path=write(TWO)).state_folder == tmp_path / "state"


def test_state_without_a_folder_is_kept_apart_by_contexts_name(
    write: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AMPACITY_DATA", str(tmp_path / "data"))
    assert choose_context("play", config_path=write(TWO)).state_folder == tmp_path / "data" / "state" / "play"


def test_relative_paths_are_meant_from_the_configurations_folder_wherever_one_stands(
    write: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write('[contexts.a.state]\nfolder = "state"\npassphrase = {file = "../pass"}\n')
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    monkeypatch.setenv("AMPACITY_CONFIG", "../config.toml")
    for named in (choose_context("a"), choose_context("a", config_path=Path("../config.toml"))):
        assert named.file == inside / "../config.toml"
        assert named.state_folder.resolve() == tmp_path / "state"
        assert named.context.state.passphrase is not None
        assert named.context.state.passphrase.file == inside / "../../pass"


def test_a_misspelt_key_is_named_with_its_line_and_what_is_allowed(write: Any) -> None:
    path = write(TWO.replace("endpoint =", "endpont ="))
    error = refused(path)
    assert error.why.startswith(
        f"{path}, line 7: `contexts.work.providers.somecloud.endpont` is not known; allowed: endpoint, regions"
    )
    assert error.fix == f"edit {path}:7"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[contexts.a]\nloopback = 'yes'\n", 2, "allowed: true or false"),
        ("[contexts.a.providers.x]\ntimeout_seconds = 0\n", 2, "more than 0"),
        ("# a\n[contexts.a.ipfs]\n", 2, "`contexts.a.ipfs.api` is missing"),
        ('[contexts.a.providers.x.secrets]\nkey = "hunter2"\n', 2, "never written here"),
        ('[contexts."a b".state]\n"folder" = 1\n', 2, "contexts.a b.state.folder"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(write: Any, text: str, line: int, words: str) -> None:
    why = refused(write(text)).why
    assert f", line {line}: " in why
    assert words in why


def test_a_key_written_into_the_file_is_not_repeated_by_the_error(write: Any) -> None:
    assert "hunter2" not in refused(write('[contexts.a.providers.x.secrets]\nkey = "hunter2"\n')).why


@pytest.mark.parametrize(
    "text",
    [
        '[contexts.a.providers.x]\nsecrets.mnemonic = "hunter2 hunter2"\n',
        '[contexts.a.state]\npassphrase = "hunter2 hunter2"\n',
    ],
)
def test_a_secret_that_stands_there_itself_is_refused_with_the_forms_that_name_one(write: Any, text: str) -> None:
    error = refused(write(text))
    assert error.what == "The configuration holds a secret itself"
    assert ", line 2: `contexts.a." in error.why
    assert 'env = "NAME"' in error.why
    assert "replace it by a new one" in error.fix
    assert "hunter2" not in error.why + error.fix


@pytest.mark.parametrize("ref", ["{}", '{env = "A", file = "/b"}', '{command = ["a"], env = "B"}', "{command = []}"])
def test_a_secret_must_be_named_in_exactly_one_way(write: Any, ref: str) -> None:
    assert "secret" in refused(write(f"[contexts.a.state]\npassphrase = {ref}\n")).why


def test_what_is_no_toml_is_refused_with_the_line(write: Any) -> None:
    assert "line 2" in refused(write("[contexts.a]\nloopback = maybe\n")).why


def test_a_configuration_that_cannot_be_read_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_config(tmp_path)


def test_another_current_context_leaves_every_other_line_alone(write: Any) -> None:
    path = write(TWO)
    set_current(path, "play")
    assert path.read_text() == TWO.replace('current = "work"', 'current = "play"')
    assert load_config(path).current == "play"


def test_a_first_current_context_is_put_before_all_tables(write: Any) -> None:
    path = write('[contexts.a]\n[contexts.a.providers.x.options]\ncurrent = "keep"\n')
    set_current(path, "a")
    config = load_config(path)
    assert config.current == "a"
    assert config.contexts["a"].providers["x"].options == {"current": "keep"}


def test_a_context_with_quotes_in_its_name_can_be_the_current_one(write: Any) -> None:
    path = write("[contexts.'a\"b']\n")
    set_current(path, 'a"b')
    assert load_config(path).current == 'a"b'
