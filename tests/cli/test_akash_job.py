"""A market as a person meets it on its stand-in: what it does when things go wrong, and the way on each time."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ampacity.core.money import show_usd
from ampacity.engines import Engine
from ampacity.sandbox import layout, process
from ampacity.sandbox.part import StandInPart

pytestmark = [pytest.mark.engine, pytest.mark.slow]

SPEC = """\
schema: ampacity.spec/1
name: job
gpu: {models: [H100], count: 1, memory_gib: 80}
node: {disk_gib: 100}
market: {allow: [auction]}
budget: {usd_per_hour: 4}
hours: 6
ttl_hours: 6
ssh: {public_key: id.pub}
"""
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAM+evsgFJ9vAMF+IZmpMcaZ1BxbAH+/szWzc5GKjqlp somebody"
WORDS = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
ADDRESS = "akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0"
"""Theirs, at m/44'/118'/0'/0/0."""

POLICY = """\
schema = "ampacity.policy/1"
required = 1
chain_id = 1
max_age_hours = 24
[[wallets]]
name = "ada"
address = "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"
"""
APPROVED = """
[contexts.mine.approval]
policy = "{policy}"
domain = "ops.example"
uri = "https://ops.example"
"""
UACT = 1_000_000
COMMAND = [sys.executable, "-P", "-c", "from ampacity.cli.main import main; main()"]
Done = subprocess.CompletedProcess[str]


class Person:
    """Types commands in a folder of their own, without a terminal, with a wallet of their own."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.folder = folder
        self.endpoint = endpoint

    def __call__(self, *arguments: str, exit: int = 0) -> Done:  # noqa: A002 - the word for it
        done = subprocess.run(
            [*COMMAND, *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "COLUMNS": "80"},
            cwd=self.folder,
            timeout=180,
            check=False,
        )
        assert done.returncode == exit, (arguments, done.stdout, done.stderr)
        return done

    def data(self, *arguments: str, exit: int = 0) -> Any:  # noqa: A002 - the word for it
        return json.loads(self(*arguments, "--json", exit=exit).stdout)["data"]

    def account(self, *, exit: int) -> Any:  # noqa: A002 - the word for it
        """What `doctor` says of the account."""
        checks = self.data("doctor", exit=exit)["checks"]
        (row,) = [row for row in checks if row["check"] == "account akash"]
        return row

    def machine(self) -> Any:
        (row,) = self.data("status", "job")["machines"]
        return row

    def chain(self, path: str) -> Any:
        """What the chain itself says."""
        with urllib.request.urlopen(self.endpoint + path, timeout=10) as answer:
            return json.load(answer)

    def balance_usd(self) -> Decimal:
        balances = self.chain(f"/cosmos/bank/v1beta1/balances/{ADDRESS}")["balances"]
        return sum((Decimal(coin["amount"]) / UACT for coin in balances if coin["denom"] == "uact"), Decimal(0))

    def spent_usd(self) -> Decimal:
        """What has left the escrows of all deployments for those who ran them."""
        rows = self.chain(f"/akash/deployment/v1beta4/deployments/list?filters.owner={ADDRESS}")["deployments"]
        assert all(row["deployment"]["state"] == "closed" for row in rows)
        coins = [coin for row in rows for coin in row["escrow_account"]["state"]["transferred"]]
        return sum((Decimal(coin["amount"]) / UACT for coin in coins), Decimal(0))


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Callable[[str], Engine]) -> Iterator[Person]:
    """With the market's stand-in alone, and a context that holds twelve words."""
    engine("pulumi")
    for name, value in {
        "AMPACITY_CONFIG": str(tmp_path / "config.toml"),
        "AMPACITY_DATA": str(tmp_path / "data"),
        "AMPACITY_SANDBOX_BLOCK_SECONDS": "0.2",
        "AMPACITY_SANDBOX_READY_SECONDS": "0.2",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AMPACITY_CONTEXT", raising=False)
    part = StandInPart(name="akash", folder=layout().part("akash"))
    part.start()
    running, end = process.running_in(part.folder), time.monotonic() + 20
    while part.endpoint() is None and time.monotonic() < end:
        time.sleep(0.02)
    assert running is not None
    _prepare(tmp_path, part.endpoint() or "")
    yield Person(tmp_path, part.endpoint() or "")
    assert process.stop(running, patience_seconds=5)


def _prepare(folder: Path, endpoint: str) -> None:
    (folder / "spec.yaml").write_text(SPEC)
    (folder / "id.pub").write_text(KEY)
    (folder / "words").write_text(WORDS)
    (folder / "words").chmod(0o600)
    (folder / "config.toml").write_text(f"""
current = "mine"
[contexts.mine]
loopback = true
[contexts.mine.providers.akash]
endpoint = "{endpoint}"
secrets.mnemonic = {{ file = "{folder}/words" }}
options.console = "{endpoint}"
options.bid_seconds = "3"
[contexts.managed]
loopback = true
[contexts.managed.providers.akash]
endpoint = "{endpoint}"
secrets.api_key = {{ file = "{folder}/data/sandbox/akash/api_key" }}
options.console = "{endpoint}"
options.bid_seconds = "3"
[contexts.looks]
loopback = true
[contexts.looks.providers.akash]
endpoint = "{endpoint}"
options.console = "{endpoint}"
""")


@pytest.fixture
def funded(person: Person) -> Person:
    person("sandbox", "fund", "akash", ADDRESS)
    return person


def go(person: Person) -> None:
    person("plan", "spec.yaml", "--out", "plan.json")
    person("apply", "plan.json", "--yes")


def await_state(person: Person, state: str) -> Any:
    """The machine, once it is in that state."""
    end = time.monotonic() + 20
    while (machine := person.machine())["state"] != state:
        assert time.monotonic() < end, machine
    return machine


def test_doctor_names_the_account_what_is_in_it_and_what_it_lacks(person: Person) -> None:
    poor = person.account(exit=2)
    assert not poor["ok"]
    assert poor["found"].startswith(f"{ADDRESS} has 0 ACT")
    assert "the least deposit is 0.5 ACT; fees of one machine take about 0.03 AKT" in poor["found"]
    assert poor["fix"] == f"send what is missing to {ADDRESS}, then ampacity doctor"

    person("sandbox", "fund", "akash", ADDRESS)
    rich = person.account(exit=0)
    assert (rich["ok"], rich["fix"]) == (True, "")
    assert rich["found"] == f"{ADDRESS} has 1,000 ACT (deposits, 1 is about 1 USD), 100 AKT (fees)"


def test_a_context_that_only_looks_is_sound_and_is_told_how_to_name_an_account(person: Person) -> None:
    checks = person.data("doctor", "--context", "looks")["checks"]
    (row,) = [row for row in checks if row["check"] == "account akash"]
    assert row["ok"]
    assert row["found"] == "the context names no account, so it only looks at offers"
    assert "secrets.mnemonic" in row["fix"]


def test_the_managed_wallet_shows_its_credits_and_a_plan_that_they_cannot_pay_stays_good(person: Person) -> None:
    (account,) = [
        row for row in person.data("doctor", "--context", "managed")["checks"] if row["check"] == "account akash"
    ]
    assert "has 1,000 ACT (deposits, 1 is about 1 USD)" in account["found"]
    (person.folder / "spec.yaml").write_text(SPEC.replace("ttl_hours: 6", "ttl_hours: 500"))
    person("plan", "spec.yaml", "--out", "plan.json", "--context", "managed")
    for _ in range(2):  # the first has not used it up
        poor = person("apply", "plan.json", "--yes", "--context", "managed", exit=5)
        assert "[AMP-FUNDS]" in poor.stderr
        # $2.80 an hour at most, for 500 h
        assert "has $1000.00 and $1" in poor.stderr.replace(",", "")
        assert "put credits into the Console's account" in poor.stderr


def test_a_machine_that_its_provider_ends_has_failed_and_recover_makes_it_anew(funded: Person) -> None:
    go(funded)
    first = funded.machine()
    assert first["state"] == "running"
    funded("sandbox", "fault", "akash", "preempt", "--machine", first["id"])
    ended = funded.machine()
    assert (ended["state"], ended["id"]) == ("failed", first["id"])
    assert "comes back when it is deleted" in ended["note"]
    told = funded("drift", "job", exit=7).stdout
    assert "failed" in told
    assert "Mend it: ampacity recover job." in " ".join(told.split())

    funded("recover", "job", "--yes")
    second = funded.machine()
    assert second["state"] == "running"
    assert second["id"] != first["id"]
    funded("drift", "job")

    funded("destroy", "job", "--yes")
    assert funded.data("orphans")["orphans"] == []
    # the two leases lasted seconds: the deposits of both, 16.8 ACT each, are back
    assert float(funded.account(exit=0)["found"].split()[2].replace(",", "")) > 995


def test_a_second_plan_makes_anew_what_failed(funded: Person) -> None:
    go(funded)
    first = funded.machine()["id"]
    funded("sandbox", "fault", "akash", "preempt")
    assert funded.machine()["state"] == "failed"
    (again,) = funded.data("plan", "spec.yaml", "--out", "plan.json")["plan"]["machines"]
    assert (again["action"], again["reason"]) == ("±", "failed at its seller")
    funded("apply", "plan.json", "--yes")
    second = funded.machine()
    assert second["state"] == "running"
    assert second["id"] != first
    funded("destroy", "job", "--yes")


def test_a_reclaim_notice_is_told_with_its_hour_and_the_way_on(funded: Person) -> None:
    go(funded)
    funded("sandbox", "fault", "akash", "reclaim")
    machine = funded.machine()
    assert machine["state"] == "running"  # it runs on until then
    assert "gives notice and takes it back at 20" in machine["note"]
    shown = " ".join(funded("status", "job").stdout.split())
    assert f"TAKEN BACK: job-1, the first at {machine['taken_back_at']}: save what it holds" in shown
    assert "once it is gone: ampacity recover job" in shown
    told = funded("drift", "job")  # nothing differs yet
    assert "takes it back at 20" in told.stderr
    assert "ampacity recover job" in told.stderr
    funded("destroy", "job", "--yes")


def test_a_chain_of_another_version_stops_plan_and_apply_and_the_plan_stays_good(funded: Person) -> None:
    funded("plan", "spec.yaml", "--out", "plan.json")
    funded("sandbox", "fault", "akash", "other-version")
    refused = funded("apply", "plan.json", "--yes", exit=5)
    assert "The chain speaks another module version: node v2.1.0 serves market v2beta1 (not v1beta5)" in refused.stderr
    assert "[AMP-AKASH-VERSION]" in refused.stderr
    assert "fix: take a newer ampacity" in refused.stderr
    planned = funded("plan", "spec.yaml", "--out", "other.json")
    assert "(not v1beta5) [AMP-AKASH-VERSION]" in planned.stdout + planned.stderr
    account = funded.account(exit=2)
    assert "1,000 ACT" in account["found"]  # nothing was spent
    assert "[AMP-AKASH-VERSION]" in account["found"]

    funded("sandbox", "fault", "akash", "other-version", "--clear")
    funded("apply", "plan.json", "--yes")
    assert funded.machine()["state"] == "running"
    funded("destroy", "job", "--yes")


def test_a_chain_that_changes_its_version_later_is_named_by_whoever_asks_and_lets_the_machine_be_ended(
    funded: Person,
) -> None:
    go(funded)
    funded("sandbox", "fault", "akash", "other-version")
    (seen,) = funded.data("status", "job", exit=4)["machines"]
    assert "[AMP-AKASH-VERSION]" in seen["note"]
    assert "take a newer ampacity" in seen["note"]
    topped = funded("topup", "job", "--hours", "2", "--yes", exit=4)
    assert "[AMP-AKASH-VERSION]. Way on: take a newer ampacity" in " ".join(topped.stderr.split())
    funded("destroy", "job", "--yes")
    assert funded.data("orphans")["orphans"] == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("capacity", "[AMP-PROVIDER-CAPACITY-GLOBAL]"),
        ("fails-later", "no order is open, no deposit is locked, and only its fee"),
        ("fails-later", "[AMP-AKASH-TX-FAILED]"),
    ],
)
def test_what_cannot_be_ordered_is_named_and_the_deposit_is_back(funded: Person, kind: str, words: str) -> None:
    funded("plan", "spec.yaml", "--out", "plan.json")
    funded("sandbox", "fault", "akash", kind)
    failed = funded("apply", "plan.json", "--yes", exit=4)
    assert words in failed.stderr
    assert "finish:" in failed.stderr
    assert "give up:" in failed.stderr
    assert "1,000 ACT" in funded.account(exit=0)["found"]


def test_a_withdrawn_bid_is_passed_over_for_the_next(funded: Person) -> None:
    (funded.folder / "spec.yaml").write_text(SPEC.replace("usd_per_hour: 4", "usd_per_hour: 5, price_headroom: 0.2"))
    funded("plan", "spec.yaml", "--out", "plan.json")
    funded("sandbox", "fault", "akash", "withdrawn")
    applied = funded("apply", "plan.json", "--yes")
    first = next(line for line in applied.stderr.splitlines() if "takes the bid" in line)
    assert first.endswith("at $2.7000 per hour")  # the cheapest, at 2.615, withdrew
    # who sold at 2.70 takes no manifest, so there is a second order, and nobody withdraws from that
    assert funded.machine()["state"] == "running"
    funded("destroy", "job", "--yes")


def test_a_provider_that_goes_dark_is_named_and_the_bill_runs_on_until_it_is_deleted(funded: Person) -> None:
    go(funded)
    funded("sandbox", "fault", "akash", "dark")
    told = funded("status", "job", exit=4)
    assert "1 cannot be seen" in told.stdout
    assert "does not answer" in told.stdout
    assert "bills on until the machine is deleted" in " ".join(told.stdout.split())
    assert "ssh -p" in told.stdout  # by which it was reached, and may be again
    seen = funded("drift", "job", exit=4)  # it is there, and nobody knows of a change
    assert "job-1 cannot be seen, and bills on" in seen.stderr
    assert "plan SPEC" not in seen.stdout + seen.stderr
    assert "recover" not in seen.stdout + seen.stderr
    funded("destroy", "job", "--yes")  # needs no provider


@pytest.mark.parametrize("fault", [None, "preempt", "run-dry"])
def test_the_bill_and_what_came_back_are_the_chains_own_last_figures(funded: Person, fault: str | None) -> None:
    go(funded)
    if fault:
        funded("sandbox", "fault", "akash", fault)
        await_state(funded, "gone" if fault == "run-dry" else "failed")
    before = funded.balance_usd()
    (report,) = funded.data("destroy", "job", "--yes")["deployments"]
    assert Decimal(report["usd_so_far"]) == funded.spent_usd() > 0
    assert Decimal(report["freed_usd"]) == funded.balance_usd() - before
    assert (report["freed_usd"] == "0") is (fault == "run-dry")
    assert not report["about"]


@contextmanager
def ordering(person: Person, bid_seconds: int) -> Iterator[subprocess.Popen[str]]:
    """An apply whose order is out, and that waits for bids."""
    config = person.folder / "config.toml"
    config.write_text(config.read_text().replace('bid_seconds = "3"', f'bid_seconds = "{bid_seconds}"'))
    person("plan", "spec.yaml", "--out", "plan.json")
    applying = subprocess.Popen(
        [*COMMAND, "apply", "plan.json", "--yes"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=person.folder,
    )
    with applying:
        assert applying.stderr is not None
        assert any("the order is out" in line for line in applying.stderr)
        yield applying


def plugin_of(person: Person) -> int:
    """The process that the engine asks for machines."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command, environment = ((folder / name).read_bytes() for name in ("cmdline", "environ"))
            if b"ampacity.provisioning.plugin" in command and f"AMPACITY_DATA={person.folder}/".encode() in environment:
                return int(folder.name)
    pytest.fail("no plugin runs")


def test_killed_between_order_and_bid_with_its_plugin_the_order_is_counted_and_a_bid_only_taken_with_a_word(
    funded: Person,
) -> None:
    with ordering(funded, bid_seconds=10) as applying:
        for process_id in (plugin_of(funded), applying.pid):
            os.kill(process_id, signal.SIGKILL)
    end = time.monotonic() + 60
    while funded.data("status", "job")["changing"] is not None:
        assert time.monotonic() < end, "the engine works on"

    # the engine has forgotten it; it holds money, and bills nothing until somebody is taken
    status = funded.data("status", "job")
    (order,) = status["machines"]
    assert (order["state"], order["problems"], status["missing"]) == ("pending", ["interrupted create"], [])
    assert Decimal(status["held_usd"]) > 16
    assert "job: remove 1 machine" in funded("destroy", "job", exit=2).stderr
    drift = funded("drift", "job", exit=7).stdout
    assert f"made {order['id']}" in drift
    assert "Mend it: ampacity recover job." in drift
    (doubt,) = [line for line in funded.data("plan", "spec.yaml")["plan"]["warnings"] if "interrupted" in line]
    assert "job-1 may run and bill: ampacity recover job" in doubt

    asked = funded("recover", "job", exit=2).stderr
    assert "takes a bid, within its ceiling, for 1 machine: job-1" in asked
    assert "[AMP-CONFIRM]" in asked
    config = funded.folder / "config.toml"
    free = config.read_text()
    (funded.folder / "policy.toml").write_text(POLICY)
    config.write_text(free + APPROVED.format(policy=funded.folder / "policy.toml"))
    assert "[AMP-APPROVAL-LAPSED]" in funded("recover", "job", "--yes", exit=5).stderr
    assert funded.machine()["state"] == "pending", "nobody was taken"

    config.write_text(free)
    funded("recover", "job", "--yes")
    taken = await_state(funded, "running")
    assert (taken["id"], taken["problems"]) == (order["id"], [])
    funded("destroy", "job", "--yes")


def test_killed_between_order_and_bid_nobody_took_it_and_all_of_the_deposit_comes_back(funded: Person) -> None:
    with ordering(funded, bid_seconds=60) as applying:
        applying.kill()
    under_way = " ".join(funded("status", "job").stdout.split())
    assert f"the engine of apply PLAN, whose process {applying.pid} is dead, works on and may still buy" in under_way
    found = re.search(r"or stop it with kill -INT ([0-9]+), then ampacity recover job", under_way)
    assert found
    os.kill(int(found[1]), signal.SIGINT)

    locked = 1000 - funded.balance_usd()  # by the block time that was measured, so not alike in every run
    assert 16 < locked < 18
    told = funded("destroy", "job", "--yes")
    assert (
        told.stdout == f"job: 1 machine removed; it cost nothing. {show_usd(locked)} that was paid ahead came back.\n"
    )
    assert funded.spent_usd() == 0
    assert funded.balance_usd() == 1000


def test_a_plan_that_the_account_cannot_pay_is_refused_unused_and_good_once_it_can(person: Person) -> None:
    (person.folder / "spec.yaml").write_text(
        SPEC.replace("count: 1", "count: 2").replace("usd_per_hour: 4", "usd_per_hour: 8")
    )
    person("plan", "spec.yaml", "--out", "plan.json")
    refused = person("apply", "plan.json", "--yes", exit=5).stderr
    assert "[AMP-FUNDS]" in refused
    locked = re.search(rf"{ADDRESS} has \$0\.00, and \$([0-9.]+) is locked for 2 machines", refused)
    assert locked
    assert 33 < Decimal(locked[1]) < 35
    assert "then ampacity apply plan.json" in refused

    person("sandbox", "fund", "akash", ADDRESS)
    person("apply", "plan.json", "--yes")
    person("destroy", "job", "--yes")


def test_a_deposit_that_runs_dry_is_told_as_the_reason_and_not_paid_twice_on_one_approval(funded: Person) -> None:
    go(funded)
    funded("sandbox", "fault", "akash", "run-dry")
    assert "its deposit ran dry" in await_state(funded, "gone")["note"]
    again = "ampacity plan spec.yaml --out plan.json, then apply the new plan"
    assert f"LOST: job-1, to be made anew: {again}" in " ".join(funded("status", "job").stdout.split())
    assert f"Way on: {again}" in funded("topup", "job", "--yes", exit=4).stderr
    assert f"Mend it: {again}" in " ".join(funded("drift", "job", exit=7).stdout.split())
    before = funded.balance_usd()
    refused = funded("recover", "job", "--yes", exit=5).stderr
    assert "[AMP-WORST-CASE]" in refused
    sums = re.search(
        r"it locks \$([0-9.]+); \$([0-9.]+) at worst with the \$([0-9.]+) so far; \$([0-9.]+) was approved", refused
    )
    assert sums
    locks, worst, spent, approved = map(Decimal, sums.groups())
    # All that was approved is spent, and up to that would be locked again.
    assert spent <= approved < worst <= spent + locks + Decimal("0.02")
    assert funded.balance_usd() == before
    assert "ampacity plan spec.yaml" in refused

    funded("plan", "spec.yaml", "--out", "again.json")
    funded("apply", "again.json", "--yes")
    assert funded.machine()["state"] == "running"
    funded("destroy", "job", "--yes")


def test_what_a_recovery_locks_and_costs_at_worst_is_told_before_it_and_before_the_refusal(funded: Person) -> None:
    go(funded)
    funded("sandbox", "fault", "akash", "preempt")
    await_state(funded, "failed")
    told = funded("recover", "job", exit=2).stderr
    for shown in (told, funded("recover", "job", "--yes").stderr):
        assert re.search(r"  locks \$[0-9.]+ as deposit at akash for 1 machine", shown)
        assert re.search(r"  worst case \$[0-9.]+ with the \$[0-9.]+ so far; \$[0-9.]+ was approved in all", shown)
    assert "[AMP-CONFIRM]" in told
    funded("destroy", "job", "--yes")
