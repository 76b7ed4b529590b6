"""k of n: distinct wallets of the policy that signed exactly this plan count, and nothing else does."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.access import builder
from ampacity.access.approval_files import MAX_FILES, approvals_folder, read_message, write_message
from ampacity.access.approvals import (
    Verdict,
    approval_message,
    check_approvals,
    demand,
    demand_still,
    not_required,
)
from ampacity.access.builder import new_nonce
from ampacity.access.facts import ApprovalRequest, PlanFacts
from ampacity.access.keystore import Signer
from ampacity.access.policy import Policy
from ampacity.access.siwe.denied import DeniedError, Reason
from ampacity.access.siwe.message import Stamp
from ampacity.access.siwe.parser import parse
from ampacity.access.siwe.serialise import serialise
from ampacity.core.clock import rfc3339
from ampacity.core.errors import AmpacityError, PolicyError, UnexpectedChangeError, UsageError

Write = Callable[..., bytes]
Approve = Callable[[Signer], Path]
Take = Callable[[bytes, str], Path]
Check = Callable[..., Verdict]

NOW = datetime(2026, 11, 21, 4, 0, 0, tzinfo=UTC)
"""The moment of the fixtures."""


@pytest.fixture
def check(folder: Path, request_: ApprovalRequest, policy: Policy) -> Check:
    """The verdict on the folder, with any part of the question changed."""

    def ask(**changes: object) -> Verdict:
        asked = {
            "facts": request_.facts, "policy": policy, "domain": request_.domain, "uri": request_.uri, "now": NOW
        } | changes  # fmt: skip
        return check_approvals(folder, asked.pop("facts"), asked.pop("policy"), **asked)  # type: ignore[arg-type]

    return ask


def only_reason(verdict: Verdict) -> str:
    (rejected,) = verdict.rejected
    return rejected.why


def put(folder: Path, name: str, raw: bytes, signature: str, **extra: object) -> None:
    folder.mkdir(exist_ok=True)
    content = {
        "schema": "ampacity.approval/1", "message": raw.decode(), "signature": signature, "signed_with": "pasted"
    }  # fmt: skip
    (folder / name).write_text(json.dumps(content | extra))


def test_two_of_three_wallets_are_enough_and_are_named(check: Check, approve: Approve, signers: list[Signer]) -> None:
    approve(signers[0])
    approve(signers[2])
    verdict = check()
    assert (verdict.allowed, verdict.have, verdict.need, verdict.rejected) == (True, 2, 2, ())
    assert {wallet.name for wallet in verdict.by} == {"alice", "carol"}
    assert "alice" in verdict.sentence
    assert verdict.sentence.endswith("2 of 2 required")


def test_one_of_two_required_is_not_enough_and_the_others_are_named(
    check: Check, approve: Approve, signers: list[Signer]
) -> None:
    approve(signers[1])
    verdict = check()
    assert not verdict.allowed
    assert verdict.sentence == "approved by bob: 1 of 2 required; still to ask: alice, carol"


def test_no_folder_is_no_approval(check: Check) -> None:
    assert check().sentence == "approved by nobody: 0 of 2 required; still to ask: alice, bob, carol"


def test_the_same_wallet_twice_counts_once(
    check: Check, approve: Approve, folder: Path, write: Write, signers: list[Signer]
) -> None:
    approve(signers[0])
    second = write(signers[0], nonce="b" * 22)
    put(folder, "zz-second.json", second, signers[0].sign(second))
    verdict = check()
    assert (verdict.allowed, verdict.have) == (False, 1)
    assert only_reason(verdict) == "alice has approved already; a wallet counts once"


def test_a_copied_approval_counts_once(check: Check, approve: Approve, folder: Path, signers: list[Signer]) -> None:
    (folder / f"{signers[1].address}.json").write_bytes(approve(signers[0]).read_bytes())
    verdict = check()
    assert (verdict.allowed, verdict.have, len(verdict.rejected)) == (False, 1, 1)


def test_a_nonce_that_another_wallet_used_does_not_count(
    check: Check, folder: Path, write: Write, signers: list[Signer]
) -> None:
    for name, signer in zip("ab", signers, strict=False):
        raw = write(signer, nonce="c" * 22)
        put(folder, f"{name}.json", raw, signer.sign(raw))
    verdict = check()
    assert (verdict.allowed, verdict.have) == (False, 1)
    assert only_reason(verdict) == "its nonce is that of another approval"


def test_a_wallet_outside_the_policy_does_not_count(
    check: Check, approve: Approve, policy: Policy, signers: list[Signer]
) -> None:
    approve(signers[2])
    smaller = msgspec.structs.replace(policy, wallets=policy.wallets[:2])
    verdict = check(policy=smaller)
    assert verdict.have == 0
    assert "is not a wallet of the policy" in only_reason(verdict)


FACTS: list[dict[str, object]] = [
    {"digest": "sha256:" + "00" * 32},
    {"name": "llama-train-2"},
    {"context": "production"},
    {"what": ("4 x p5.48xlarge from aws us-east-1 (on_demand)",)},
    {"what": ()},
    {"ceiling_usd_per_hour": Decimal("60.01")},
    {"worst_case_usd": Decimal("5760.01")},
    {"worst_case_usd": None},
    {"ends": "never"},
]


@pytest.mark.parametrize("change", FACTS, ids="-".join)
def test_an_approval_of_other_facts_does_not_count(
    check: Check, approve: Approve, facts: PlanFacts, signers: list[Signer], change: dict[str, object]
) -> None:
    approve(signers[0])
    approve(signers[1])
    assert check().allowed
    verdict = check(facts=msgspec.structs.replace(facts, **change))
    assert (verdict.have, len(verdict.rejected)) == (0, 2)


@pytest.mark.parametrize("shift", [timedelta(seconds=1), -timedelta(seconds=1)])
def test_an_approval_until_another_moment_does_not_count(
    check: Check, approve: Approve, facts: PlanFacts, signers: list[Signer], shift: timedelta
) -> None:
    approve(signers[0])
    moved = msgspec.structs.replace(facts, expires_at=facts.expires_at + shift)
    assert only_reason(check(facts=moved)) == "the text that was signed is not what this plan says"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"domain": "other.example"}, "not for other.example"),
        ({"uri": "https://ampacity.example/other"}, "not for https://ampacity.example/other"),
    ],
)
def test_an_approval_for_elsewhere_does_not_count(
    check: Check, approve: Approve, signers: list[Signer], change: dict[str, str], why: str
) -> None:
    approve(signers[0])
    assert why in only_reason(check(**change))


def test_an_approval_for_another_chain_does_not_count(
    check: Check, approve: Approve, policy: Policy, signers: list[Signer]
) -> None:
    approve(signers[0])
    assert "chain 1, not for 10" in only_reason(check(policy=msgspec.structs.replace(policy, chain_id=10)))


def test_an_approval_ends_with_the_plan(
    check: Check, approve: Approve, facts: PlanFacts, signers: list[Signer]
) -> None:
    approve(signers[0])
    assert check(now=facts.expires_at - timedelta(seconds=1)).have == 1
    assert "ended at" in only_reason(check(now=facts.expires_at))


def test_an_approval_ages_by_the_policy(check: Check, folder: Path, write: Write, signers: list[Signer]) -> None:
    day = timedelta(hours=24)
    for name, age in (("a.json", day), ("b.json", day + timedelta(seconds=1))):
        issued = NOW - age
        raw = write(signers[0], issued_at=Stamp(rfc3339(issued), issued))
        put(folder, name, raw, signers[0].sign(raw))
    assert check().have == 1
    assert "too long ago" in only_reason(check())


@pytest.mark.parametrize(
    "change",
    [
        {"statement": "I approve nothing"},
        {"statement": None},
        {"expiration_time": None},
        {"request_id": "1"},
        {"scheme": "https"},
    ],
    ids="-".join,
)
def test_prose_or_fields_that_differ_from_the_plan_do_not_count_although_they_are_signed(
    check: Check, folder: Path, write: Write, signers: list[Signer], change: dict[str, object]
) -> None:
    raw = write(signers[0], **change)
    put(folder, "a.json", raw, signers[0].sign(raw))
    assert only_reason(check()) == "the text that was signed is not what this plan says"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[" * 10_000,
        b"\xff\xfe",
        b"0" * 20_000,
        b'{"schema":"ampacity.approval/2","message":"","signature":"","signed_with":"pasted"}',
        b'{"schema":"ampacity.approval/1","message":"\\ud800","signature":"","signed_with":"pasted"}',
        b'{"schema":"ampacity.approval/1","message":"","signature":"","signed_with":"magic"}',
        b'{"schema":"ampacity.approval/1","message":"","signature":"","signed_with":"pasted","allowed":true}',
        b'{"schema":"ampacity.approval/1","message":1,"signature":"","signed_with":"pasted"}',
    ],
)
def test_a_bad_file_is_reported_counts_for_nothing_and_stops_nobody(
    check: Check, approve: Approve, folder: Path, signers: list[Signer], content: bytes
) -> None:
    approve(signers[0])
    approve(signers[1])
    (folder / "aaa.json").write_bytes(content)
    verdict = check()
    assert (verdict.allowed, verdict.have) == (True, 2)
    assert [rejected.file for rejected in verdict.rejected] == ["aaa.json"]


@given(content=st.binary(max_size=200))
def test_any_bytes_in_a_file_are_reported_and_count_for_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    request_: ApprovalRequest,
    policy: Policy,
    content: bytes,
) -> None:
    folder = tmp_path_factory.mktemp("approvals")
    (folder / "x.json").write_bytes(content)
    verdict = check_approvals(folder, request_.facts, policy, domain=request_.domain, uri=request_.uri, now=NOW)
    assert (verdict.allowed, verdict.have, len(verdict.rejected)) == (False, 0, 1)


def test_links_pipes_and_folders_are_not_followed(
    check: Check, approve: Approve, folder: Path, tmp_path: Path, signers: list[Signer]
) -> None:
    moved = tmp_path / "elsewhere.json"
    approve(signers[0]).rename(moved)
    (folder / "link.json").symlink_to(moved)
    (folder / "folder.json").mkdir()
    os.mkfifo(folder / "pipe.json")
    verdict = check()
    assert verdict.have == 0
    assert sorted(one.file for one in verdict.rejected) == ["folder.json", "link.json", "pipe.json"]


def test_neither_a_files_name_nor_its_content_can_write_to_the_terminal(check: Check, folder: Path) -> None:
    folder.mkdir()
    keys = {"schema": "ampacity.approval/1", "\x1b]0;owned\x07\u202e": 1}
    (folder / "\x1b[2J\u202e.json").write_text(json.dumps(keys))
    (rejected,) = check().rejected
    for shown in (rejected.file, rejected.why):
        assert shown.isascii()
        assert shown.isprintable()
    assert "unknown field" in rejected.why


def test_a_folder_stuffed_with_files_denies(
    check: Check, approve: Approve, folder: Path, signers: list[Signer]
) -> None:
    approve(signers[0])
    approve(signers[1])
    for number in range(MAX_FILES):
        (folder / f"{number}.json").touch()
    assert (check().allowed, check().have) == (False, 0)
    assert f"at most {MAX_FILES}" in only_reason(check())


def test_a_file_where_the_folder_should_be_denies(check: Check, folder: Path) -> None:
    folder.write_text("")
    assert (check().allowed, len(check().rejected)) == (False, 1)


def test_a_context_without_a_policy_needs_no_approval() -> None:
    assert demand(not_required(), fix="") == "no approval is required in this context"


def test_what_is_missing_is_a_policy_error_with_the_next_command(
    check: Check, approve: Approve, folder: Path, signers: list[Signer]
) -> None:
    approve(signers[0])
    (folder / "odd.json").write_text("{")
    with pytest.raises(PolicyError) as caught:
        demand(check(), fix="ampacity approve plan.json")
    assert caught.value.code == "AMP-APPROVAL-MISSING"
    assert caught.value.fix == "ampacity approve plan.json"
    assert "1 of 2 required" in caught.value.why
    assert "odd.json" in caught.value.why
    assert signers[0].address not in {wallet.address for wallet in check().missing}
    assert len(check().missing) == len(signers) - 1


def test_the_text_to_sign_is_accepted_when_it_is_pasted_back(
    check: Check, take: Take, folder: Path, request_: ApprovalRequest, signers: list[Signer]
) -> None:
    raw = approval_message(request_, signers[0].address, now=NOW, nonce=new_nonce()).encode()
    assert take(raw, signers[0].sign(raw)) == folder / f"{signers[0].address}.json"
    assert check().have == 1


def test_the_text_to_sign_names_the_plan_and_ends_with_it(request_: ApprovalRequest, signers: list[Signer]) -> None:
    raw = approval_message(request_, signers[0].address, now=NOW, nonce="n" * 32).encode()
    message = parse(raw)
    assert message.resources == ("urn:ampacity:plan:sha256:" + "5e" * 32,)
    assert message.expiration_time == Stamp("2026-11-21T05:00:00Z", NOW + timedelta(hours=1))
    assert (message.nonce, message.not_before, message.request_id) == ("n" * 32, None, None)


def test_a_signature_that_would_not_count_is_not_stored(
    take: Take, folder: Path, write: Write, signers: list[Signer]
) -> None:
    raw = write(signers[0])
    with pytest.raises(DeniedError) as caught:
        take(raw, signers[1].sign(raw))
    assert caught.value.reason is Reason.SIGNER
    assert not folder.exists()


def test_a_message_that_an_editor_touched_is_refused(take: Take, write: Write, signers: list[Signer]) -> None:
    raw = write(signers[0])
    for touched in (raw + b"\n", raw.replace(b"\n", b"\r\n"), raw + b" "):
        with pytest.raises(DeniedError):
            take(touched, signers[0].sign(raw))


@pytest.mark.parametrize("extra", [b"\n", b"\n\n"])
def test_a_message_file_with_an_extra_newline_says_so(
    take: Take, write: Write, signers: list[Signer], extra: bytes
) -> None:
    raw = write(signers[0])
    with pytest.raises(DeniedError) as caught:
        take(raw + extra, signers[0].sign(raw))
    assert caught.value.why == "it ends in an extra newline, which the text to sign has not; its exact bytes are needed"
    assert "--message-out" in caught.value.fix


def test_a_message_for_another_computer_is_a_file_of_exactly_its_bytes(
    tmp_path: Path, take: Take, check: Check, write: Write, signers: list[Signer]
) -> None:
    raw = write(signers[0])
    write_message(tmp_path / "message.txt", raw.decode())
    assert (tmp_path / "message.txt").read_bytes() == raw
    take(read_message(tmp_path / "message.txt"), signers[0].sign(raw))
    assert check().have == 1


def test_a_message_file_that_is_absent_or_huge_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "huge").write_bytes(b"a" * 20_000)
    for name, told in (("absent", "No such file or directory"), ("huge", "it has more than 16384 bytes")):
        with pytest.raises(UsageError, match="cannot be read") as caught:
            read_message(tmp_path / name)
        assert caught.value.why == f"{tmp_path / name}: {told}"


def test_an_expired_plan_is_not_put_before_a_signer(
    request_: ApprovalRequest, signers: list[Signer], facts: PlanFacts
) -> None:
    with pytest.raises(UnexpectedChangeError):
        approval_message(request_, signers[0].address, now=facts.expires_at, nonce=new_nonce())


@pytest.mark.parametrize(
    ("change", "nonce"),
    [
        ({"domain": "ampacity.example\nURI: https://evil.example"}, "a" * 32),
        ({"uri": "https://ampacity.example/\nVersion: 1"}, "a" * 32),
        ({"uri": "no uri"}, "a" * 32),
        ({"chain_id": 0}, "a" * 32),
        ({}, "a b\nIssued At: x"),
    ],
)
def test_values_that_would_break_the_text_never_reach_a_signer(
    request_: ApprovalRequest, signers: list[Signer], change: dict[str, object], nonce: str
) -> None:
    broken = msgspec.structs.replace(request_, **change)
    with pytest.raises(DeniedError):
        approval_message(broken, signers[0].address, now=NOW, nonce=nonce)


def test_a_text_that_the_siwe_library_writes_otherwise_never_reaches_a_signer(
    monkeypatch: pytest.MonkeyPatch, request_: ApprovalRequest, signers: list[Signer]
) -> None:
    monkeypatch.setattr(builder, "_library_text", lambda message: serialise(message).decode() + " ")
    with pytest.raises(AmpacityError, match="do not agree"):
        approval_message(request_, signers[0].address, now=NOW, nonce=new_nonce())


def test_nonces_are_long_and_differ() -> None:
    nonces = {new_nonce() for _ in range(1000)}
    assert len(nonces) == 1000
    assert all(len(bytes.fromhex(nonce)) == 16 for nonce in nonces)


def test_approvals_lie_beside_the_plan() -> None:
    assert approvals_folder(Path("plans/train.plan.json")) == Path("plans/train.plan.json.approvals")


def test_who_approved_once_must_satisfy_the_policy_of_now(policy: Policy, signers: list[Signer]) -> None:
    addresses = [str(signer.address) for signer in signers]
    first_two = msgspec.structs.replace(policy, required=2, wallets=policy.wallets[:2])
    demand_still(first_two, addresses[:2])
    for approvers in (addresses[1:], addresses[:1] * 2, [], None):
        with pytest.raises(PolicyError) as refusal:
            demand_still(first_two, approvers)
        assert refusal.value.code == "AMP-APPROVAL-LAPSED"
        assert "ampacity plan SPEC" in refusal.value.fix
