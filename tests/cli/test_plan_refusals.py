"""What `plan` refuses, and whom it blames: the writer of a file, a rule, or a seller that could not be asked."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
SPEC = """\
schema: ampacity.spec/1
name: train
gpu: {models: [H100], count: 8}
market: {allow: [on_demand, owned]}
hours: 1
ttl_hours: 2
"""
SITES = """\
schema: ampacity.sites/1
node_types:
  box: {gpu: {model: H100, count: 8, memory_gib: 80}, power: {nameplate_kw: 10}, disk_gib: 1000}
sites:
  hall:
    region: us-here
    money: {usd_per_kwh: 0.1, pue: 1.5}
    racks:
      r1: {feeds: {a: {volts: 400, amps: 32}}, nodes: {n1: {type: box}}}
"""
TWO_MISTAKES = SITES.replace("volts: 400", "volts: many").replace("region: us-here", "region: 7")


@pytest.fixture
def seller() -> Iterator[socket.socket]:
    """Where a seller would answer: it hears who calls, and takes nobody."""
    with socket.create_server(("127.0.0.1", 0)) as ear:
        ear.setblocking(False)
        yield ear


def write_context(folder: Path, *, lambda_port: int, sites: str = "") -> None:
    (folder / "key").write_text("a-key")
    (folder / "key").chmod(0o600)
    (folder / "config.toml").write_text(
        f"""\
current = "here"
[contexts.here]
loopback = true
[contexts.here.providers.lambda]
endpoint = "http://127.0.0.1:{lambda_port}"
secrets = {{api_key = {{file = "{folder / "key"}"}}}}
timeout_seconds = 1.0
[contexts.here.providers.own]
{f'options = {{sites = "{folder / sites}"}}' if sites else ""}
"""
    )


def test_a_racks_file_that_the_spec_names_is_its_writer_s_own_and_is_refused_before_a_seller_is_asked(
    ampacity: Run, tmp_path: Path, seller: socket.socket
) -> None:
    write_context(tmp_path, lambda_port=seller.getsockname()[1])
    (tmp_path / "spec.yaml").write_text(f"{SPEC}sites: sites.yaml\n")
    (tmp_path / "sites.yaml").write_text(TWO_MISTAKES)

    refused = ampacity("plan", "spec.yaml")

    assert refused.returncode == 2
    assert "sites.yaml has 2 mistakes [AMP-FILE-INVALID]" in refused.stderr
    assert "line 6:" in refused.stderr
    assert "line 9:" in refused.stderr
    assert not (tmp_path / "train.plan.json").exists()
    with pytest.raises(BlockingIOError):
        seller.accept()


def test_a_racks_file_that_is_not_there_is_refused_alike(ampacity: Run, tmp_path: Path, seller: socket.socket) -> None:
    write_context(tmp_path, lambda_port=seller.getsockname()[1])
    (tmp_path / "spec.yaml").write_text(f"{SPEC}sites: sites.yaml\n")
    refused = ampacity("plan", "spec.yaml")
    assert (refused.returncode, "`sites` names no file" in refused.stderr) == (2, True)
    with pytest.raises(BlockingIOError):
        seller.accept()


@pytest.mark.parametrize(
    ("spec", "rule"),
    [
        ("market: {allow: [on_demand]}", "the rules removed 1 by market.allow"),
        ("market: {allow: [owned]}\nbudget: {usd_per_hour: 1}", "budget.usd_per_hour would have to be at least"),
    ],
)
def test_where_nothing_fits_each_seller_that_could_not_be_asked_is_told_with_its_reason_and_doctor_is_the_way_on(
    ampacity: Run, tmp_path: Path, spec: str, rule: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        nobody = once.getsockname()[1]
    write_context(tmp_path, lambda_port=nobody, sites="sites.yaml")
    (tmp_path / "sites.yaml").write_text(SITES)
    (tmp_path / "spec.yaml").write_text(SPEC.replace("market: {allow: [on_demand, owned]}", spec))

    refused = ampacity("plan", "spec.yaml")

    assert refused.returncode == 5
    why, _, fix = refused.stderr.partition("  fix: ")
    assert rule in why
    assert "\n       lambda could not be asked: unreachable: " in why
    assert fix.startswith("ampacity doctor, and plan again once they answer; or without them: ")
