"""`doctor` finds what would stop an apply, secrets included, and never shows one."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
SECRET = "hunter2"


@pytest.fixture
def checks(ampacity: Run, tmp_path: Path) -> Callable[..., dict[str, dict[str, Any]]]:
    """The checks of a context that is written as given, by title."""

    def look(text: str, **environment: str) -> dict[str, dict[str, Any]]:
        (tmp_path / "config.toml").write_text('current = "test"\n' + text)
        done = ampacity("doctor", "--json", **environment)
        assert SECRET not in done.stdout + done.stderr
        return {row["check"]: row for row in json.loads(done.stdout)["data"]["checks"]}

    return look


def test_every_secret_of_the_context_is_tried(checks: Callable[..., Any], tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(SECRET)
    key.chmod(0o600)
    found = checks(
        f"""
        [contexts.test.providers.nobody.secrets]
        api_key = {{file = "{key}"}}
        [contexts.test.state]
        passphrase = {{file = "{tmp_path}/none"}}
        [contexts.test.approval]
        policy = "policy.json"
        domain = "a.example"
        uri = "https://a.example"
        password = {{env = "WALLET"}}
        """,
        WALLET=SECRET,
    )
    assert found["secret providers.nobody.secrets.api_key"]["ok"]
    assert found["secret approval.password"]["ok"]
    assert not found["secret state.passphrase"]["ok"]
    assert found["secret state.passphrase"]["fix"].startswith(f"write it to {tmp_path}/none (chmod 600)")


def test_a_passphrase_that_is_not_named_is_looked_for_and_none_is_made(
    checks: Callable[..., Any], tmp_path: Path
) -> None:
    ring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    context = f'[contexts.test.state]\nfolder = "{tmp_path}/state"\n'
    assert checks(context, **ring)["state passphrase"]["found"] == "made by the first apply"
    assert not (tmp_path / "state.passphrase").exists()

    stack = tmp_path / "state" / "pulumi" / "stacks" / "p" / "train.json"
    stack.parent.mkdir(parents=True)
    stack.write_text("{}")
    lost = checks(context, **ring)["state passphrase"]
    assert not lost["ok"]
    assert "put it back into" in lost["fix"]


def test_what_is_to_be_copied_is_whole_on_a_narrow_terminal(ampacity: Run, tmp_path: Path) -> None:
    key = tmp_path / ("a" * 90)
    (tmp_path / "config.toml").write_text(f'current = "test"\n[contexts.test.state]\npassphrase = {{file = "{key}"}}\n')
    lines = ampacity("doctor").stdout.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("✗ secret state.passphrase"))
    assert lines[at + 1].strip().startswith(f"fix: write it to {key} (chmod 600)")


def test_no_way_on_leads_to_doctor_again(checks: Callable[..., Any], tmp_path: Path) -> None:
    found = checks(
        """
        [contexts.test]
        loopback = true
        [contexts.test.ipfs]
        api = "http://127.0.0.1:1"
        [contexts.test.providers.aws]
        endpoint = "http://127.0.0.1:1"
        regions = ["us-east-1"]
        timeout_seconds = 1
        [contexts.test.providers.lambda]
        endpoint = "http://127.0.0.1:1"
        secrets = {api_key = {env = "KEY"}}
        """,
        KEY=SECRET,
        AWS_ACCESS_KEY_ID="none",
        AWS_SECRET_ACCESS_KEY=SECRET,
    )
    assert found["provider aws"]["fix"] == (
        f"check endpoint and credentials below [contexts.test.providers.aws] in {tmp_path}/config.toml, and the network"
    )
    assert not found["ipfs node"]["ok"]
    assert [row["fix"] for row in found.values() if "ampacity doctor" in row["fix"]] == []
