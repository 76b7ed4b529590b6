"""Each wallet that is still to ask has the command that it takes."""

from pathlib import Path

import pytest

from ampacity.access.addresses import Address
from ampacity.access.approvals import Verdict
from ampacity.access.keystore import Keystore
from ampacity.access.policy import Wallet
from ampacity.cli import cosigners
from ampacity.cli.cosigners import ways_to_approve

ALICE = Wallet(name="alice", address="0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
BOB = Wallet(name="bob", address="0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")
PLAN = Path("train.plan.json")
ELSEWHERE = (
    f"ampacity approve train.plan.json --address {BOB.address} --message-out bob.txt, "
    "signed where that key is (personal_sign), then ampacity approve train.plan.json --message bob.txt --signature 0x…"
)


def missing(*wallets: Wallet, need: int = 2, have: int = 1) -> Verdict:
    return Verdict(allowed=False, have=have, need=need, missing=wallets, sentence="")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with the key files of alice and of somebody else; alice's does not say whose it is."""
    files = [
        Keystore(name="alice", path=tmp_path / "alice.json"),
        Keystore(name="other", path=tmp_path / "other.json", address=Address("0x" + "1" * 40)),
    ]
    monkeypatch.setattr(cosigners, "list_keystores", lambda _: files)
    return tmp_path


def test_a_wallet_whose_key_is_elsewhere_signs_a_text_that_is_pasted_back(here: Path) -> None:
    assert ways_to_approve(missing(BOB), PLAN, here) == ELSEWHERE
    assert ways_to_approve(missing(BOB), PLAN, None) == ELSEWHERE


def test_a_wallet_whose_key_is_here_signs_with_it(here: Path) -> None:
    assert ways_to_approve(missing(ALICE), PLAN, here) == "ampacity approve train.plan.json --wallet alice"


def test_the_only_key_that_is_here_needs_no_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    only = Keystore(name="throw-away", path=tmp_path / "key", address=BOB.account)
    monkeypatch.setattr(cosigners, "list_keystores", lambda _: [only])
    assert ways_to_approve(missing(BOB), PLAN, tmp_path) == "ampacity approve train.plan.json"


def test_of_several_each_has_a_line_and_it_is_said_how_many_must(here: Path) -> None:
    lines = ["alice: ampacity approve train.plan.json --wallet alice", f"bob: {ELSEWHERE}"]
    assert ways_to_approve(missing(ALICE, BOB, have=0), PLAN, here).splitlines() == lines
    one = ways_to_approve(missing(ALICE, BOB), PLAN, here).splitlines()
    assert one == ["1 of 2 wallets must, such as", *lines]
