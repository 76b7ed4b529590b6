"""Play money reaches an account while its stand-in runs, and never in silence somewhere else."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ampacity import sandbox
from ampacity.core.errors import MissingError, UsageError
from ampacity.sandbox import process
from ampacity.sandbox.faults import FaultKind, Faults
from ampacity.sandbox.part import StandInPart, listens

ADDRESS = "akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0"
"""Of the words that BIP-39's own test vectors begin with, at m/44'/118'/0'/0/0."""


@pytest.fixture
def part(config: Path) -> Iterator[StandInPart]:
    """The chain's stand-in, running."""
    part = StandInPart(name="akash", folder=sandbox.layout().part("akash"))
    part.start()
    running = process.running_in(part.folder)
    assert running is not None
    end = time.monotonic() + 20
    while part.endpoint() is None and time.monotonic() < end:
        time.sleep(0.02)
    assert listens(part.endpoint() or "")
    yield part
    assert process.stop(running, patience_seconds=5)


def balances(part: StandInPart) -> dict[str, str]:
    answer = httpx.get(f"{part.endpoint()}/cosmos/bank/v1beta1/balances/{ADDRESS}").raise_for_status().json()
    return {row["denom"]: row["amount"] for row in answer["balances"]}


def test_an_account_gets_a_thousand_act_and_a_hundred_akt_while_the_stand_in_runs(part: StandInPart) -> None:
    assert balances(part) == {}
    told = sandbox.fund("akash", ADDRESS)
    assert balances(part) == told == {"uact": "1000000000", "uakt": "100000000"}


def test_who_asks_again_gets_as_much_again(part: StandInPart) -> None:
    sandbox.fund("akash", ADDRESS)
    assert sandbox.fund("akash", ADDRESS)["uact"] == "2000000000"


def test_money_spends_no_fault_and_meets_none(part: StandInPart) -> None:
    Faults(part.folder).inject(FaultKind.THROTTLE)
    sandbox.fund("akash", ADDRESS)
    assert [fault.kind for fault in Faults(part.folder).list()] == [FaultKind.THROTTLE]


@pytest.mark.parametrize("account", ["", "akash1", "0xabc", "akash1é", "a" * 10_000])
def test_what_is_no_account_is_refused(part: StandInPart, account: str) -> None:
    with pytest.raises(UsageError) as caught:
        sandbox.fund("akash", account)
    assert caught.value.code == "AMP-SANDBOX-FUND"
    assert caught.value.fix.startswith("ampacity doctor")


def test_a_stand_in_without_accounts_says_so(config: Path) -> None:
    sandbox.layout().part("lambda").mkdir(parents=True)
    with pytest.raises(UsageError, match="keeps no accounts"):
        sandbox.fund("lambda", ADDRESS)


def test_where_nothing_runs_nobody_is_funded(config: Path) -> None:
    with pytest.raises(MissingError) as caught:
        sandbox.fund("akash", ADDRESS)
    assert caught.value.fix == "ampacity sandbox up"
