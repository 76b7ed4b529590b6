"""What the configuration has to answer for is refused with file and line, and is no seller's failure."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
CONFIG = """\
current = "work"

[contexts.work.providers.awss]

[contexts.work.providers.lambda]
endpoint = "http://lambda.example"
secrets = {api_key = {env = "LAMBDA_KEY"}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    return path


def test_every_wrong_seller_is_named_with_its_line_and_nothing_is_asked_of_the_others(
    ampacity: Run, config: Path
) -> None:
    refused = ampacity("offers", LAMBDA_KEY="k")
    assert refused.returncode == 2
    assert f"{config} has 2 mistakes" in refused.stderr
    assert "line 3: `contexts.work.providers.awss`: There is no provider 'awss': known: akash, aws, " in refused.stderr
    assert "line 5: `contexts.work.providers.lambda`: An endpoint is not allowed: http://lambda" in refused.stderr
    assert f"fix: edit {config}:3\n" in refused.stderr


def test_plan_tells_them_as_offers_does(ampacity: Run, config: Path, tmp_path: Path) -> None:
    spec = "schema: ampacity.spec/1\nname: train\ngpu: {models: [H100], count: 8}\nhours: 1\nttl_hours: 2\n"
    (tmp_path / "spec.yaml").write_text(spec)
    refused = ampacity("plan", "spec.yaml", LAMBDA_KEY="k")
    assert refused.returncode == 2
    assert f"{config} has 2 mistakes" in refused.stderr


def test_doctor_leads_to_the_line_too(ampacity: Run, config: Path) -> None:
    assert f"fix: edit {config}:5" in ampacity("doctor", LAMBDA_KEY="k").stdout


def test_a_secret_that_is_not_there_is_no_mistake_of_the_file(ampacity: Run, config: Path) -> None:
    config.write_text('current = "work"\n[contexts.work.providers.lambda]\nsecrets = {api_key = {env = "NOT_THERE"}}\n')
    refused = ampacity("offers", "--strict")
    assert "A secret is empty" in refused.stderr
    assert "line" not in refused.stderr
