"""The account's key signs as the chain wants it, and is shown nowhere."""

import copy
import json
import pickle
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coincurve import PrivateKey
from eth_keyfile.keyfile import create_keyfile_json
from hypothesis import given
from hypothesis import strategies as st

from ampacity.core.errors import AmpacityError
from ampacity.providers.akash.addresses import address_of
from ampacity.providers.akash.chain.keys import KeySigner, Signable, digest, signer_of_words
from ampacity.providers.akash.chain.signatures import ORDER, low_s, verifies
from ampacity.providers.akash.chain.signers import open_signer
from ampacity.providers.akash.custodies import KeystoreFile, Mnemonic, OutsideSigner

ABANDON = "abandon " * 11 + "about"
ABANDON_SECRET = bytes.fromhex("c4a48e2fce1481cd3294b4490f6678090ea98d3d0e5cd984558ab0968741b104")
PUBLIC = PrivateKey(ABANDON_SECRET).public_key.format()
PASSWORD = "open sesame"
WRONG = "".join(["sword", "fish"])
"""Put together, so that the line of source in a traceback does not hold it."""
WHAT = Signable(kind="transaction", data=b"what is signed", summary="closes deployment 7")


def keystore() -> str:
    password: Any = PASSWORD.encode()  # it takes bytes, and says that it takes text
    return json.dumps(create_keyfile_json(ABANDON_SECRET, password, kdf="pbkdf2", iterations=1))


@pytest.mark.parametrize(
    ("words", "account"),
    [
        # The phrase of BIP-39's first vector; the account is the one that every cosmos wallet shows for it.
        (ABANDON, "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4"),
        # cosmjs' own test of Secp256k1HdWallet.
        (
            "special sign fit simple patrol salute grocery chicken wheat radar tonight ceiling",
            "cosmos1jhg0e7s6gn44tfc5k37kr04sznyhedtc9rzys5",
        ),
    ],
)
def test_words_give_the_account_that_any_other_wallet_gives(words: str, account: str) -> None:
    assert address_of(signer_of_words(words).public_key, "cosmos") == account


def test_spaces_and_lines_around_the_words_do_not_matter() -> None:
    assert signer_of_words(f"\n {ABANDON.replace(' ', '  ')}\n").public_key == signer_of_words(ABANDON).public_key


def test_a_keystore_file_gives_the_same_account(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text(keystore())
    signer = open_signer(KeystoreFile(file, PASSWORD))
    assert signer.public_key == signer_of_words(ABANDON).public_key


@given(st.binary(), st.integers(1, ORDER - 1))
def test_every_signature_is_low_and_holds(data: bytes, secret: int) -> None:
    signer = KeySigner(secret.to_bytes(32, "big"))
    signature = signer.sign(Signable(kind="token", data=data, summary=""))
    assert int.from_bytes(signature[32:], "big") <= ORDER // 2
    assert verifies(signature, digest(data), signer.public_key)


@given(st.integers(1, ORDER - 1), st.integers(1, ORDER - 1))
def test_the_higher_of_the_two_values_becomes_the_lower_and_stays_so(r: int, s: int) -> None:
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    low = low_s(signature)
    assert low[:32] == signature[:32]
    assert int.from_bytes(low[32:], "big") in {s, ORDER - s}
    assert int.from_bytes(low[32:], "big") <= ORDER // 2
    assert low_s(low) == low


@pytest.mark.parametrize("bad", [b"", bytes(64), b"\xff" * 64, b"\x01" * 63, b"\x01" * 65])
def test_what_is_no_signature_is_refused(bad: bytes) -> None:
    with pytest.raises(ValueError, match="no signature"):
        low_s(bad)


def test_a_high_signature_does_not_count_as_one() -> None:
    signer = KeySigner(ABANDON_SECRET)
    good = signer.sign(WHAT)
    high = good[:32] + (ORDER - int.from_bytes(good[32:], "big")).to_bytes(32, "big")
    assert verifies(good, WHAT.digest, signer.public_key)
    assert not verifies(high, WHAT.digest, signer.public_key)
    assert not verifies(good, digest(b"something else"), signer.public_key)


def program(tmp_path: Path, body: str) -> OutsideSigner:
    """An outside signer that runs `body` with the digest in `sent`."""
    file = tmp_path / "sign.py"
    file.write_text(f"import sys\nsent = bytes.fromhex(sys.stdin.readline())\n{body}\n")
    return OutsideSigner((sys.executable, str(file)), PUBLIC)


SIGN = (
    f"from coincurve import PrivateKey; key = PrivateKey(bytes.fromhex('{ABANDON_SECRET.hex()}'));"
    "made = key.sign_recoverable(sent, hasher=None)[:64];"
)


def test_another_program_signs_and_a_high_s_of_its_is_lowered(tmp_path: Path) -> None:
    high = f"high = made[:32] + ({ORDER} - int.from_bytes(made[32:], 'big')).to_bytes(32, 'big'); print(high.hex())"
    signer = open_signer(program(tmp_path, SIGN + high))
    assert signer.sign(WHAT) == KeySigner(ABANDON_SECRET).sign(WHAT)


def test_another_program_is_told_what_it_signs_so_that_it_can_show_it_and_refuse(tmp_path: Path) -> None:
    look = (
        "import base64, hashlib, json, pathlib; told = json.loads(sys.stdin.readline());"
        f"pathlib.Path({str(tmp_path / 'shown')!r}).write_text(told['kind'] + ': ' + told['summary']);"
        "assert hashlib.sha256(base64.b64decode(told['data'])).digest() == sent;"
    )
    assert verifies(open_signer(program(tmp_path, look + SIGN + "print(made.hex())")).sign(WHAT), WHAT.digest, PUBLIC)
    assert (tmp_path / "shown").read_text() == "transaction: closes deployment 7"
    with pytest.raises(AmpacityError, match=r"refused to sign .status 1.: closes deployment 7"):
        open_signer(program(tmp_path, look + "sys.exit(told['summary'].startswith('closes'))")).sign(WHAT)


@pytest.mark.parametrize(
    "body",
    [
        "print('not hex')",
        "print('00' * 64)",
        "print('11' * 64)",
        "sys.exit('secret on stderr')",
        SIGN + "print(made.hex(), 'and more')",
        SIGN.replace("sent,", "bytes(32),") + "print(made.hex())",
    ],
)
def test_a_program_that_signs_nothing_or_something_else_is_not_believed(tmp_path: Path, body: str) -> None:
    custody = program(tmp_path, body)
    with pytest.raises(AmpacityError, match=r"Nothing was signed by options\.signer") as caught:
        open_signer(custody).sign(WHAT)
    assert "secret on stderr" not in caught.value.why
    assert caught.value.why.startswith(" ".join(custody.command))


def test_a_program_that_is_not_there_is_a_named_error() -> None:
    with pytest.raises(AmpacityError, match="/no/such/signer: it could not be run: No such file or directory"):
        open_signer(OutsideSigner(("/no/such/signer",), bytes(33))).sign(WHAT)


def test_a_program_that_never_answers_is_named_with_how_long_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ampacity.providers.akash.chain.signers.COMMAND_SECONDS", 0.2)
    with pytest.raises(AmpacityError, match=r"it gave no answer within 0\.2 s: closes deployment 7"):
        open_signer(program(tmp_path, "import time; time.sleep(60)")).sign(WHAT)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("abandon " * 11 + "abandon", "its checksum does not fit"),
        ("abandon " * 11 + "abuot", "of its 12 words one is in no BIP-39 list"),
        ("abandon " * 10 + "about", "it has 11 words; allowed: 12, 15, 18, 21, 24"),
    ],
)
def test_of_words_that_are_no_phrase_it_is_said_what_is_wrong_and_none_of_them(words: str, why: str) -> None:
    with pytest.raises(AmpacityError, match=why) as caught:
        signer_of_words(words)
    assert caught.value.what == "secrets.mnemonic is no BIP-39 phrase"
    assert not set(words.split()) & set(caught.value.why.split())


def everything(error: BaseException) -> str:
    """All that could be printed of an error: texts, causes, contexts, and the locals of our own frames' callers."""

    def links() -> Iterator[BaseException]:
        seen: BaseException | None = error
        while seen is not None:
            yield seen
            seen = seen.__cause__ or seen.__context__

    return "".join(traceback.format_exception(error)) + "".join(repr(vars(link)) + repr(link.args) for link in links())


@pytest.mark.parametrize("words", [ABANDON + " zoo", "sekret", "", ABANDON.replace("about", "abandon")])
def test_a_phrase_that_is_none_is_not_quoted_anywhere(words: str) -> None:
    with pytest.raises(AmpacityError, match="is no BIP-39 phrase") as caught:
        open_signer(Mnemonic(words))
    assert "abandon" not in everything(caught.value)
    assert "sekret" not in everything(caught.value)
    assert "secrets.mnemonic" in caught.value.fix


def test_a_wrong_password_is_not_quoted_anywhere(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text(keystore())
    with pytest.raises(AmpacityError, match="does not open") as caught:
        open_signer(KeystoreFile(file, WRONG))
    assert WRONG not in everything(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"version": 3}', '{"version": 9}', "\xff"])
def test_a_file_that_is_no_keystore_is_a_named_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key.json"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(AmpacityError, match=r"key\.json"):
        open_signer(KeystoreFile(file, "x"))


def test_a_signer_never_shows_its_key() -> None:
    signer = signer_of_words(ABANDON)
    for text in (repr(signer), str(signer), f"{signer}"):
        assert text == "KeySigner(…)"
    for write in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="not written"):
            write(signer)


@pytest.mark.parametrize("secret", [b"", bytes(32), b"\xff" * 32, b"\x01" * 31, b"\x01" * 33])
def test_what_is_no_key_is_refused_without_being_quoted(secret: bytes) -> None:
    with pytest.raises(AmpacityError) as caught:
        KeySigner(secret)
    assert not secret or secret.hex() not in everything(caught.value)
