"""A message proves something only if every check holds; any change to it or its signature is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.access.keystore import Signer
from ampacity.access.siwe import verify as verify_module
from ampacity.access.siwe.denied import DeniedError, Reason
from ampacity.access.siwe.message import Stamp
from ampacity.access.siwe.signature import ORDER
from ampacity.access.siwe.verify import Expectation, Verified, verify
from ampacity.core.clock import rfc3339
from ampacity.core.errors import Exit

Write = Callable[..., bytes]


def reason(raw: bytes, signature: str, expectation: Expectation) -> Reason:
    with pytest.raises(DeniedError) as caught:
        verify(raw, signature, expectation)
    assert caught.value.exit is Exit.POLICY
    return caught.value.reason


def stamp(moment: datetime) -> Stamp:
    return Stamp(rfc3339(moment), moment)


def encode(r: int, s: int, v: int) -> str:
    return "0x" + r.to_bytes(32).hex() + s.to_bytes(32).hex() + bytes([v]).hex()


def split(signature: str) -> tuple[int, int, int]:
    data = bytes.fromhex(signature[2:])
    return int.from_bytes(data[:32]), int.from_bytes(data[32:64]), data[64]


def test_a_good_signature_proves_its_account(signers: list[Signer], write: Write, expectation: Expectation) -> None:
    raw = write(signers[0])
    proof = verify(raw, signers[0].sign(raw), expectation)
    assert proof.address == proof.message.address == signers[0].address


def test_either_numbering_of_the_recovery_byte_and_either_case_of_hex_will_do(
    signers: list[Signer], write: Write, expectation: Expectation
) -> None:
    raw = write(signers[0])
    r, s, v = split(signers[0].sign(raw))
    for form in (encode(r, s, v - 27), "0x" + encode(r, s, v)[2:].upper()):
        assert verify(raw, form, expectation).address == signers[0].address


def test_eth_account_recovers_the_same_account_from_our_signature(signers: list[Signer], write: Write) -> None:
    from eth_account import Account
    from eth_account.messages import encode_defunct

    raw = write(signers[0])
    assert Account.recover_message(encode_defunct(raw), signature=signers[0].sign(raw)) == signers[0].address


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"domain": "ampacity.example@evil.example"}, Reason.DOMAIN),
        ({"domain": "AMPACITY.example"}, Reason.DOMAIN),
        ({"scheme": "http"}, Reason.DOMAIN),
        ({"uri": "https://ampacity.example/approve/"}, Reason.URI),
        ({"chain_id": 10}, Reason.CHAIN),
        ({"nonce": "a" * 21}, Reason.NONCE),
        ({"resources": None}, Reason.RESOURCE),
        ({"resources": ("urn:ampacity:plan:sha256:" + "00" * 32,)}, Reason.RESOURCE),
        ({"resources": ("urn:ampacity:plan:sha256:" + "5e" * 32, "urn:more:x")}, Reason.RESOURCE),
    ],
)
def test_a_message_for_something_else_is_refused_although_it_is_signed(
    signers: list[Signer], write: Write, expectation: Expectation, change: dict[str, object], wanted: Reason
) -> None:
    raw = write(signers[0], **change)
    assert reason(raw, signers[0].sign(raw), expectation) is wanted


def test_an_issued_nonce_must_be_the_one_in_the_nonce_field(
    signers: list[Signer], write: Write, expectation: Expectation
) -> None:
    wanted = msgspec.structs.replace(expectation, nonce="issuedByUs1")
    hidden = write(signers[0], statement="Nonce: issuedByUs1")
    assert reason(hidden, signers[0].sign(hidden), wanted) is Reason.NONCE
    shown = write(signers[0], nonce="issuedByUs1")
    assert isinstance(verify(shown, signers[0].sign(shown), wanted), Verified)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"issued_at": timedelta(seconds=30)}, None),
        ({"issued_at": timedelta(seconds=31)}, Reason.ISSUED_IN_FUTURE),
        ({"issued_at": -timedelta(hours=24)}, None),
        ({"issued_at": -timedelta(hours=24, seconds=1)}, Reason.TOO_OLD),
        ({"expiration_time": timedelta(seconds=1)}, None),
        ({"expiration_time": timedelta(0)}, Reason.EXPIRED),
        ({"not_before": timedelta(0)}, None),
        ({"not_before": timedelta(seconds=1)}, Reason.NOT_YET_VALID),
    ],
)
def test_times_hold_to_the_second(
    signers: list[Signer],
    write: Write,
    expectation: Expectation,
    change: dict[str, timedelta],
    wanted: Reason | None,
) -> None:
    raw = write(signers[0], **{field: stamp(expectation.now + offset) for field, offset in change.items()})
    if wanted is None:
        assert verify(raw, signers[0].sign(raw), expectation).address == signers[0].address
    else:
        assert reason(raw, signers[0].sign(raw), expectation) is wanted


def test_the_other_form_of_the_same_signature_is_refused(
    signers: list[Signer], write: Write, expectation: Expectation
) -> None:
    raw = write(signers[0])
    r, s, v = split(signers[0].sign(raw))
    assert reason(raw, encode(r, ORDER - s, 55 - v), expectation) is Reason.SIGNATURE_RANGE


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (ORDER, 1), (1, ORDER), (0, 0), (2**256 - 1, 1)])
def test_numbers_outside_the_curve_are_refused(
    signers: list[Signer], write: Write, expectation: Expectation, r: int, s: int
) -> None:
    assert reason(write(signers[0]), encode(r, s, 27), expectation) is Reason.SIGNATURE_RANGE


def test_a_signature_that_no_key_can_have_made_is_refused(
    signers: list[Signer], write: Write, expectation: Expectation
) -> None:
    # 5 is the x of no point: 5^3 + 7 = 132 is no square modulo the field's prime
    assert pow(132, (2**256 - 2**32 - 977 - 1) // 2, 2**256 - 2**32 - 977) != 1
    assert reason(write(signers[0]), encode(5, 1, 27), expectation) is Reason.SIGNER


@pytest.mark.parametrize("v", [2, 3, 26, 29, 37, 38, 255])
def test_other_recovery_bytes_are_refused(
    signers: list[Signer], write: Write, expectation: Expectation, v: int
) -> None:
    raw = write(signers[0])
    r, s, _ = split(signers[0].sign(raw))
    assert reason(raw, encode(r, s, v), expectation) is Reason.SIGNATURE_FORM


def test_other_shapes_of_a_signature_are_refused_and_contract_wallets_are_named(
    signers: list[Signer], write: Write, expectation: Expectation
) -> None:
    raw = write(signers[0])
    good = signers[0].sign(raw)
    for bad in ("", "0x", good[2:], "0X" + good[2:], good + "00", good[:-2], good[:-1], good + "\n", " " + good):
        assert reason(raw, bad, expectation) is Reason.SIGNATURE_FORM
    with pytest.raises(DeniedError, match="contract wallets"):
        verify(raw, good + "00" * 32, expectation)


def test_another_accounts_signature_is_refused(signers: list[Signer], write: Write, expectation: Expectation) -> None:
    raw = write(signers[0])
    assert reason(raw, signers[1].sign(raw), expectation) is Reason.SIGNER


@given(st.data())
@settings(max_examples=300)
def test_any_change_to_the_message_is_refused(
    signers: list[Signer], write: Write, expectation: Expectation, data: st.DataObject
) -> None:
    raw = write(signers[0])
    at = data.draw(st.integers(0, len(raw) - 1))
    new = data.draw(st.binary(max_size=2))
    changed = raw[:at] + new + raw[at + data.draw(st.integers(0, 1)) :]
    if changed != raw:
        reason(changed, signers[0].sign(raw), expectation)


@given(st.integers(0, 65 * 8 - 1))
@settings(max_examples=200)
def test_any_flipped_bit_of_the_signature_is_refused(
    signers: list[Signer], write: Write, expectation: Expectation, bit: int
) -> None:
    raw = write(signers[0])
    data = bytearray(bytes.fromhex(signers[0].sign(raw)[2:]))
    data[bit // 8] ^= 1 << bit % 8
    reason(raw, "0x" + data.hex(), expectation)


@given(st.binary(max_size=400), st.text(max_size=140) | st.from_regex(r"0x[0-9a-f]{130}", fullmatch=True))
@settings(max_examples=300)
def test_arbitrary_bytes_are_denied_and_nothing_else_happens(
    expectation: Expectation, raw: bytes, signature: str
) -> None:
    reason(raw, signature, expectation)


@given(st.binary(min_size=65, max_size=65))
@settings(max_examples=200)
def test_arbitrary_signatures_of_a_good_message_are_denied(
    signers: list[Signer], write: Write, expectation: Expectation, signature: bytes
) -> None:
    reason(write(signers[0]), "0x" + signature.hex(), expectation)


@pytest.mark.parametrize("broken", ["parse", "recover"])
def test_a_failure_of_the_check_itself_denies(
    monkeypatch: pytest.MonkeyPatch, signers: list[Signer], write: Write, expectation: Expectation, broken: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(verify_module, broken, fail)
    raw = write(signers[0])
    assert reason(raw, signers[0].sign(raw), expectation) is Reason.INTERNAL
