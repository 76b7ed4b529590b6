"""The main job as a person types it, on the sandbox: every step a process, every promise an exit status."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ampacity.engines import Engine

pytestmark = [pytest.mark.engine, pytest.mark.kubo, pytest.mark.moto, pytest.mark.slow]

SPEC = """\
schema: ampacity.spec/1
name: job
gpu: {models: [H100], count: 34, memory_gib: 80}
node: {disk_gib: 100, user_data: boot.sh}
market: {allow: [on_demand, owned]}
placement: {providers: [lambda, own], regions: [us-ohio-own, us-south-2], max_providers: 2}
budget: {usd_per_hour: 40}
hours: 10
ttl_hours: 12
ssh: {public_key: id.pub}
"""
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAM+evsgFJ9vAMF+IZmpMcaZ1BxbAH+/szWzc5GKjqlp somebody"
SECRET = "a-secret-that-a-boot-script-may-hold"

Done = subprocess.CompletedProcess[str]


class Person:
    """Types commands in a folder of their own, without a terminal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environment = {
            **os.environ,
            "AMPACITY_CONFIG": str(folder / "config.toml"),
            "AMPACITY_DATA": str(folder / "data"),
            "AMPACITY_SANDBOX_READY_SECONDS": "0.2",
            "COLUMNS": "80",
        }

    def __call__(self, *arguments: str, exit: int = 0) -> Done:  # noqa: A002 - the word for it
        done = subprocess.run(
            [sys.executable, "-P", "-c", "from ampacity.cli.main import main; main()", *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=self._environment,
            cwd=self.folder,
            timeout=180,
            check=False,
        )
        assert done.returncode == exit, (arguments, done.stdout, done.stderr)
        return done

    def data(self, *arguments: str, exit: int = 0) -> Any:  # noqa: A002 - the word for it
        return json.loads(self(*arguments, "--json", exit=exit).stdout)["data"]


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory, engine: Callable[[str], Engine]) -> Iterator[Person]:
    for name in ("kubo", "pulumi"):
        engine(name)
    typing = Person(tmp_path_factory.mktemp("home"))
    (typing.folder / "spec.yaml").write_text(SPEC)
    (typing.folder / "id.pub").write_text(KEY)
    (typing.folder / "boot.sh").write_text(f"#!/bin/sh\n# {SECRET}\n")
    typing("sandbox", "up")
    yield typing
    typing("sandbox", "down")


def plan_and_approve(person: Person, file: str) -> Any:
    planned = person.data("plan", "spec.yaml", "--out", file)
    person("approve", file)
    return planned["plan"]


def test_the_main_job_from_plan_to_nothing_left(person: Person) -> None:
    plan = person.data("plan", "spec.yaml", "--out", "one.json")["plan"]

    # The site's 50 kW take four nodes of 10.2 kW, 32 GPUs; the last two are bought.
    assert plan["totals"]["gpus"] == 34
    assert sorted(machine["name"] for machine in plan["machines"]) == [f"job-{n}" for n in (1, 2, 3, 4, 5)]
    assert {offer["provider"] for offer in plan["offers"]} == {"lambda", "own"}

    assert "AMP-APPROVAL-MISSING" in person("apply", "one.json", "--yes", exit=5).stderr
    person("approve", "one.json")
    assert "AMP-CONFIRM" in person("apply", "one.json", exit=2).stderr

    applied = person.data("apply", "one.json", "--yes")
    assert [machine["outcome"] for machine in applied["machines"]] == ["ok"] * plan["totals"]["nodes"]
    assert "AMP-PLAN-USED" in person("apply", "one.json", "--yes", exit=7).stderr
    person("show", "one.json")

    status = person.data("status")
    assert {machine["state"] for machine in status["machines"]} == {"running"}
    assert all(machine["ssh"].startswith("ssh ") for machine in status["machines"])
    assert status["usd_per_hour"] == plan["totals"]["usd_per_hour_after"]

    victim = next(machine for machine in status["machines"] if machine["provider"] == "lambda")
    person("sandbox", "fault", "lambda", "preempt", "--machine", victim["id"])
    drift = person.data("drift", exit=7)
    assert [(each["machine"], each["kind"]) for each in drift["differences"]] == [(victim["name"], "missing")]

    mend = plan_and_approve(person, "two.json")
    actions = {machine["name"]: machine["action"] for machine in mend["machines"]}
    assert actions.pop(victim["name"]) == "+"
    assert "+" not in actions.values()
    person("apply", "two.json", "--yes")
    person("drift")

    assert person("plan", "spec.yaml", "--out", "three.json", "--detailed-exitcode").stderr.endswith("nothing to do\n")

    assert "AMP-NAME" in person("destroy", "--yes", exit=2).stderr
    person("destroy", "job", "--yes")
    person("orphans")
    assert "AMP-DEPLOYMENT-NONE" in person("status", exit=6).stderr
    assert_secret_is_nowhere(person)


def assert_secret_is_nowhere(person: Person) -> None:
    holders = [
        path
        for path in (person.folder / "data" / "sandbox" / "state").rglob("*")
        if path.is_file() and SECRET.encode() in path.read_bytes()
    ]
    assert holders == []


def test_artifacts_are_pinned_under_the_cid_that_was_computed_here(person: Person) -> None:
    weights = person.folder / "weights"
    weights.mkdir()
    (weights / "a.bin").write_bytes(b"a" * 3_000_000)

    pinned = person("artifact", "pin", "weights").stdout.strip()

    assert person("artifact", "cid", "weights").stdout.strip() == pinned
    person("artifact", "verify", "weights", pinned)

    (weights / "a.bin").write_bytes(b"a" * 2_000_000 + b"b" + b"a" * 999_999)
    assert "bytes 1048576 to 2097152" in person("artifact", "verify", "weights", pinned, exit=7).stdout


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("colour: blue\n", "bad.yaml, line 11"),
        ("gpu: {models: [H100], count: 1}\n", "`gpu` is given twice"),
    ],
)
def test_a_bad_spec_names_file_line_and_key(person: Person, line: str, wanted: str) -> None:
    (person.folder / "bad.yaml").write_text(SPEC + line)

    assert wanted in person("plan", "bad.yaml", exit=2).stderr
