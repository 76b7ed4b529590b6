"""A policy is sound and readable, or it denies."""

import os
from pathlib import Path

import msgspec
import pytest

from ampacity.access.keystore import Signer
from ampacity.access.policy import Policy, Wallet, check_signer, encode_policy, load_policy
from ampacity.access.siwe.denied import DeniedError, Reason
from ampacity.core.errors import PolicyError


@pytest.fixture
def text(policy: Policy) -> str:
    return encode_policy(policy).decode()


def refused(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(PolicyError, match="nothing is approved") as caught:
        load_policy(path)
    assert caught.value.fix
    return caught.value.why


def test_a_written_policy_reads_back_as_the_same(tmp_path: Path, policy: Policy) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(encode_policy(policy))
    assert load_policy(path) == policy


def test_a_wallet_is_found_by_its_address(policy: Policy, signers: list[Signer]) -> None:
    found = policy.wallet(signers[1].address)
    assert found is not None
    assert (found.name, found.account) == ("bob", signers[1].address)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("required = 2", "required = 0", "required"),
        ("required = 2", "required = 4", "4 approvals are required of 3 wallets"),
        ("required = 2", "required = 2.0", "required"),
        ("required = 2", "required = true", "required"),
        ("required = 2", "", "line 1: `required` is missing"),
        ("required = 2", "required = 2\nallow_all = true", "line 3: `allow_all` is not known"),
        ("chain_id = 1", "chain_id = 0", "chain_id"),
        ("chain_id = 1", "chain_id = 9223372036854775772", "EIP-2294"),
        ("max_age_hours = 24", "max_age_hours = 0", "max_age_hours"),
        ("max_age_hours = 24", "max_age_hours = inf", "max_age_hours"),
        ("ampacity.policy/1", "ampacity.policy/2", "schema"),
        ('name = "bob"', 'name = "alice"', "a name is listed twice"),
        ('name = "bob"', 'name = "bob; at most $1"', "name"),
        ('name = "bob"', "", "`wallets[1].name` is missing"),
        ('name = "bob"', 'name = "bob"\nweight = 2', "`wallets[1].weight` is not known; allowed: name, address"),
        ("required", "required = ", "line 2"),
    ],
)
def test_a_policy_that_makes_no_sense_denies(tmp_path: Path, text: str, old: str, new: str, why: str) -> None:
    assert old in text
    assert why in refused(tmp_path / "policy.toml", text.replace(old, new, 1))


def test_every_mistake_is_named_with_its_line(tmp_path: Path, text: str) -> None:
    wrong = text.replace("required = 2", 'required = "2"').replace('name = "bob"', 'nam = "bob"')
    bob = wrong.splitlines().index('nam = "bob"') + 1
    assert refused(tmp_path / "policy.toml", wrong).splitlines() == [
        f"{tmp_path / 'policy.toml'}:",
        "line 2: `required` is '2'; allowed: a whole number, at least 1 and at most 100",
        f"line {bob}: `wallets[1].nam` is not known; allowed: name, address",
    ]


def test_a_wallet_that_is_listed_twice_denies(tmp_path: Path, text: str, signers: list[Signer]) -> None:
    twice = text.replace(signers[1].address, signers[0].address)
    assert "an address is listed twice" in refused(tmp_path / "policy.toml", twice)


def test_an_address_without_its_checksum_denies(tmp_path: Path, text: str, signers: list[Signer]) -> None:
    plain = "0x" + signers[1].address[2:].swapcase()
    assert "EIP-55" in refused(tmp_path / "policy.toml", text.replace(signers[1].address, plain))


def test_no_wallets_deny(tmp_path: Path, text: str) -> None:
    assert "wallets" in refused(tmp_path / "policy.toml", text.partition("[[wallets]]")[0] + "wallets = []\n")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a = " + b"[" * 20_000, b"#" * 70_000])
def test_a_file_that_is_no_policy_denies(tmp_path: Path, content: bytes) -> None:
    refused(tmp_path / "policy.toml", content)


def test_a_wallet_of_the_policy_may_sign(policy: Policy, signers: list[Signer]) -> None:
    assert check_signer(policy, signers[2].address).name == "carol"


def test_a_stranger_is_told_before_signing_which_wallets_the_policy_has(policy: Policy, signers: list[Signer]) -> None:
    smaller = msgspec.structs.replace(policy, wallets=policy.wallets[:2])
    with pytest.raises(DeniedError) as caught:
        check_signer(smaller, signers[2].address)
    alice, bob = (signer.address for signer in signers[:2])
    assert caught.value.reason is Reason.NOT_IN_POLICY
    assert caught.value.what == "This wallet may not approve"
    assert caught.value.why == f"{signers[2].address} is not a wallet of the policy"
    assert caught.value.fix == f"ampacity approve PLAN --wallet NAME, with the key of alice ({alice}) or bob ({bob})"


def test_of_many_wallets_the_first_five_are_named(policy: Policy, signers: list[Signer]) -> None:
    import coincurve

    keys = [Signer(coincurve.PrivateKey().secret) for _ in range(7)]
    wallets = tuple(Wallet(name=f"w{number}", address=key.address) for number, key in enumerate(keys))
    with pytest.raises(DeniedError) as caught:
        check_signer(msgspec.structs.replace(policy, wallets=wallets), signers[0].address)
    assert caught.value.fix.endswith(f"w4 ({keys[4].address}) or 2 more")


def test_a_policy_that_is_not_there_is_told_without_the_systems_numbers(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(tmp_path / "policy.toml")
    assert caught.value.why == f"there is no {tmp_path / 'policy.toml'}"
    assert caught.value.fix == "ampacity context show: approval.policy must name the file"


def test_a_policy_that_is_absent_a_folder_or_a_pipe_denies(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("absent", "folder", "pipe"):
        with pytest.raises(PolicyError):
            load_policy(tmp_path / name)
