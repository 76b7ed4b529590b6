"""Keys rest encrypted in files that only their owner reads, and are never shown."""

import json
from pathlib import Path
from typing import Any

import pytest

from ampacity.access.keystore import (
    LIGHT_SCRYPT_N,
    Keystore,
    Signer,
    create_keystore,
    list_keystores,
    secret_password,
    unlock,
)
from ampacity.access.siwe.signature import ORDER
from ampacity.core.errors import AuthError, UsageError
from ampacity.core.secrets import SecretRef

PASSWORD = "correct horse £"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def made(folder: Path) -> Keystore:
    return create_keystore(folder, "alice", PASSWORD, scrypt_n=LIGHT_SCRYPT_N)


def rewrite(made: Keystore, **changes: Any) -> None:
    """The key file with `crypto`'s or its own entries changed, in mode 0600 still."""
    content = json.loads(made.path.read_text())
    for key, value in changes.items():
        target = content if key in {"version", "address"} else content["crypto"]
        target[key] = value
    made.path.write_text(json.dumps(content))


def test_a_new_key_file_opens_with_its_password_and_signs(made: Keystore) -> None:
    signer = unlock(made, lambda: PASSWORD)
    assert signer.address == made.address
    assert len(bytes.fromhex(signer.sign(b"x")[2:])) == 65


def test_only_the_owner_can_read_a_new_key_file(made: Keystore) -> None:
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert made.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_key_file_is_never_replaced(made: Keystore, folder: Path) -> None:
    before = made.path.read_bytes()
    with pytest.raises(UsageError, match="exists"):
        create_keystore(folder, "alice", PASSWORD, scrypt_n=LIGHT_SCRYPT_N)
    assert made.path.read_bytes() == before


def test_a_name_cannot_lead_out_of_the_folder(folder: Path) -> None:
    for name in ("../alice", "", ".hidden", "a/b", "a\n"):
        with pytest.raises(UsageError):
            create_keystore(folder, name, PASSWORD, scrypt_n=LIGHT_SCRYPT_N)


def test_a_wrong_password_is_an_authentication_error_that_does_not_quote_it(made: Keystore) -> None:
    with pytest.raises(AuthError) as caught:
        unlock(made, lambda: "wrong guess")
    assert "wrong guess" not in f"{caught.value!r} {caught.value} {caught.value.fix}"
    assert caught.value.code == "AMP-KEYSTORE-PASSWORD"


def test_the_password_may_come_from_a_variable_or_a_private_file(made: Keystore, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    (tmp_path / "password").chmod(0o600)
    variable = secret_password(SecretRef(env="KEY_PASSWORD"), {"KEY_PASSWORD": PASSWORD})
    file = secret_password(SecretRef(file=tmp_path / "password"), {})
    assert unlock(made, variable).address == unlock(made, file).address == made.address


def test_a_key_is_in_nothing_that_is_printed(made: Keystore) -> None:
    from eth_account import Account

    key = bytes(Account.decrypt(made.path.read_text(), PASSWORD)).hex()
    signer = unlock(made, lambda: PASSWORD)
    assert key not in f"{signer!r} {signer} {made!r}".lower()
    assert key not in made.path.read_text().lower()


def test_the_work_factor_is_what_was_asked_for(made: Keystore) -> None:
    assert json.loads(made.path.read_text())["crypto"]["kdfparams"]["n"] == LIGHT_SCRYPT_N


@pytest.mark.parametrize(("kdf", "work"), [("scrypt", 4096), ("pbkdf2", 1000)])
def test_key_files_of_other_programs_open(folder: Path, kdf: Any, work: int) -> None:
    from eth_account import Account

    account = Account.create()
    folder.mkdir()
    path = folder / "other"
    content = Account.encrypt(account.key, PASSWORD, kdf=kdf, iterations=work)
    path.write_text(json.dumps({**content, "x-ethers": {"client": "ethers.js"}}))
    path.chmod(0o600)
    (found,) = list_keystores(folder)
    assert found.address == account.address
    assert unlock(found, lambda: PASSWORD).address == account.address


def test_a_file_without_an_address_is_listed_without_one_and_opens(made: Keystore, folder: Path) -> None:
    rewrite(made, address=None)
    (found,) = list_keystores(folder)
    assert (found.name, found.address, found.problem) == ("alice", None, "")
    assert unlock(found, lambda: PASSWORD).address == made.address


def test_a_file_that_claims_another_address_is_refused(made: Keystore) -> None:
    rewrite(made, address="00" * 20)
    with pytest.raises(AuthError, match="another key"):
        unlock(made, lambda: PASSWORD)


def test_a_file_that_others_can_read_is_refused_before_the_password_is_asked_for(made: Keystore) -> None:
    made.path.chmod(0o640)
    with pytest.raises(UsageError) as caught:
        unlock(made, _never_asked)
    assert caught.value.fix == f"chmod 600 {made.path}"


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 1},
        {"version": "3"},
        {"kdf": "argon2"},
        {"cipher": "aes-128-cbc"},
        {"mac": "00"},
        {"ciphertext": "00" * 31},
        {"cipherparams": {}},
        {"kdf": "pbkdf2"},
        {"kdfparams": {"dklen": 32, "n": 1 << 20, "r": 64, "p": 1, "salt": "00"}},
        {"kdfparams": {"dklen": 32, "n": 1 << 40, "r": 8, "p": 1, "salt": "00"}},
        {"kdfparams": {"dklen": 32, "n": 4096, "r": 8, "p": 10_000, "salt": "00"}},
        {"kdfparams": {"dklen": 1 << 40, "n": 4096, "r": 8, "p": 1, "salt": "00"}},
    ],
)
def test_a_hostile_key_file_is_refused_before_any_work_is_done(made: Keystore, changes: dict[str, Any]) -> None:
    rewrite(made, **changes)
    with pytest.raises(UsageError):
        unlock(made, _never_asked)


def test_unusable_files_are_listed_with_their_problem(made: Keystore, folder: Path) -> None:
    (folder / "broken").write_text("{")
    (folder / "broken").chmod(0o600)
    (folder / "deep").write_text("[" * 10_000)
    (folder / "deep").chmod(0o600)
    (folder / "sub").mkdir()
    (folder / ".hidden").write_text("")
    found = {one.name: bool(one.problem) for one in list_keystores(folder)}
    assert found == {"alice": False, "broken": True, "deep": True, "sub": True}


def test_a_folder_that_is_absent_has_no_key_files(folder: Path) -> None:
    assert list_keystores(folder) == []


def test_two_key_files_hold_two_keys(made: Keystore, folder: Path) -> None:
    assert create_keystore(folder, "bob", PASSWORD, scrypt_n=LIGHT_SCRYPT_N).address != made.address


def test_signing_is_deterministic_and_low_s(signers: list[Signer]) -> None:
    for number in range(50):
        signature = signers[0].sign(str(number).encode())
        assert signature == signers[0].sign(str(number).encode())
        assert int(signature[66:130], 16) <= ORDER // 2


def _never_asked() -> str:
    raise AssertionError("the password was asked for")
