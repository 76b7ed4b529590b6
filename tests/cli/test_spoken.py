"""A way on is a command that can be typed as it stands."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ampacity.cli.failures import render
from ampacity.cli.spoken import speak_of, speak_of_nothing, typed
from ampacity.core.digests import Digest
from ampacity.core.errors import PolicyError
from ampacity.provisioning.planned import Planned

MADE = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan of `train` by a spec in a folder of its own; the state that knows of it."""
    monkeypatch.chdir(tmp_path)
    spec, state = tmp_path / "my specs" / "train.yaml", tmp_path / "state"
    spec.parent.mkdir()
    spec.touch()
    digest = Digest("sha256:" + "1" * 64)
    Planned(state).remember(name="train", digest=digest, plan=tmp_path / "train.plan.json", spec=spec, created_at=MADE)
    Planned(state).remember(name="other", digest=digest, plan=tmp_path / "o.json", spec=spec, created_at=MADE)
    return state


def test_what_is_not_known_stays_the_word() -> None:
    assert typed("ampacity plan SPEC, or ampacity recover NAME") == "ampacity plan SPEC, or ampacity recover NAME"


def test_a_spec_is_named_as_it_would_be_typed_from_here(planned: Path) -> None:
    speak_of(state=planned, name="train")
    assert typed("other GPUs, then ampacity plan SPEC.") == "other GPUs, then ampacity plan 'my specs/train.yaml'."


def test_from_elsewhere_the_whole_path_is_named_and_where_the_plan_was_saved(
    planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    speak_of(state=planned, name="train")
    at = f"'{tmp_path}/my specs/train.yaml' --out {tmp_path}/train.plan.json"
    assert typed("ampacity plan SPEC") == f"ampacity plan {at}"


def test_a_plan_that_was_saved_elsewhere_is_made_there_again(planned: Path, tmp_path: Path) -> None:
    speak_of(state=planned, plan=Path("o.json"))
    assert typed("ampacity plan SPEC") == "ampacity plan 'my specs/train.yaml' --out o.json"


def test_where_no_deployment_is_meant_the_last_spec_is(planned: Path, tmp_path: Path) -> None:
    speak_of(state=planned)
    assert typed("ampacity plan SPEC") == "ampacity plan 'my specs/train.yaml' --out o.json"
    speak_of(name="nobody")
    assert typed("ampacity plan SPEC") == "ampacity plan SPEC"


def test_names_and_plans_are_put_in_too(planned: Path) -> None:
    speak_of(name="train", plan=Path("a b.json"))
    assert typed("ampacity recover NAME, then ampacity apply PLAN") == (
        "ampacity recover train, then ampacity apply 'a b.json'"
    )
    assert typed("ampacity context use NAME") == "ampacity context use NAME"


def test_a_failure_names_the_file_in_words_and_in_json(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speak_of(spec=Path("train.yaml"))
    error = PolicyError("Too dear", fix="ampacity plan SPEC")
    render(error, ["plan"])
    assert "fix: ampacity plan train.yaml\n" in capsys.readouterr().err
    render(error, ["plan", "--json"])
    assert '"hint": "ampacity plan train.yaml"' in capsys.readouterr().out


def test_one_command_knows_nothing_of_the_one_before() -> None:
    speak_of(name="before")
    speak_of_nothing()
    assert typed("ampacity destroy NAME") == "ampacity destroy NAME"


def test_the_way_on_keeps_the_configuration_and_the_context_that_were_typed(planned: Path) -> None:
    speak_of(name="train", plan=Path("t.json"), config=Path("my conf.toml"), context="zed")
    flags = "--config 'my conf.toml' --context zed"
    assert typed("ampacity approve PLAN, then ampacity apply PLAN") == (
        f"ampacity approve {flags} t.json, then ampacity apply {flags} t.json"
    )
    assert typed("run `ampacity destroy train`.") == f"run `ampacity destroy {flags} train`."
    assert typed("ampacity context use NAME") == "ampacity context use --config 'my conf.toml' NAME"


@pytest.mark.parametrize(
    "text",
    [
        "ampacity sandbox up",
        "ampacity engines install pulumi",
        "ampacity offers --context other",
        "ampacity plan --help",
        "ampacity planned",
    ],
)
def test_what_takes_no_context_or_names_its_own_stays_as_it_is(text: str) -> None:
    speak_of(context="zed")
    assert typed(text) == text


def test_what_is_typed_already_is_not_flagged_twice() -> None:
    speak_of(context="zed", config=Path("c.toml"))
    once = typed("ampacity status train")
    assert typed(once) == once


def test_the_flags_of_a_command_are_in_the_way_on_that_it_prints(
    ampacity: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "other.toml").write_text("[contexts.zed]\n")
    refused = ampacity("status", "--config", "other.toml", "--context", "zed", "train")
    assert "a new one begins with ampacity plan --config other.toml --context zed SPEC\n" in refused.stderr
