"""A pasted signature that is refused leads to the very commands that bring one that counts."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ampacity.access.siwe.denied import DeniedError, Reason
from ampacity.cli.pasted import take_pasted
from ampacity.cli.signing import Signing
from ampacity.core.errors import AmpacityError, UsageError

ADDRESS = "0x" + "aB" * 20
PASTE = "ampacity approve train.plan.json --message text.txt --signature 0x…"


def signing_that_says(reason: Reason) -> Signing:
    def take(*_: Any) -> Path:
        raise DeniedError(reason, "the cause", fix="what the verifier says")

    return cast(Signing, SimpleNamespace(saved=SimpleNamespace(path=Path("train.plan.json")), take=take))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.txt").write_text(f"a.example wants you to sign in with your Ethereum account:\n{ADDRESS}\n\nmore")


def refused(reason: Reason, signature: str | None = "0x12") -> AmpacityError:
    with pytest.raises((DeniedError, UsageError)) as caught:
        take_pasted(signing_that_says(reason), Path("text.txt"), signature)
    return caught.value


def test_where_the_signature_is_wrong_the_same_text_is_signed_again() -> None:
    error = refused(Reason.SIGNATURE_FORM)
    assert error.why == "the cause"
    assert error.fix.splitlines()[-1] == PASTE
    assert "--message-out" not in error.fix


def test_where_the_text_is_wrong_it_is_written_anew_for_the_same_signer() -> None:
    lines = refused(Reason.EXPIRED).fix.splitlines()
    assert lines[0] == f"ampacity approve train.plan.json --address {ADDRESS} --message-out text.txt"
    assert lines[-1] == PASTE


def test_a_text_that_names_nobody_leaves_the_signer_open() -> None:
    Path("text.txt").write_bytes(b"\xff\xfe")
    assert "--address ADDRESS --message-out" in refused(Reason.NOT_TEXT).fix


def test_a_wallet_that_may_not_keeps_the_policys_own_way_on() -> None:
    assert refused(Reason.NOT_IN_POLICY).fix == "what the verifier says"


def test_a_text_without_its_signature_is_told_the_command() -> None:
    assert refused(Reason.EXPIRED, signature=None).fix == PASTE
