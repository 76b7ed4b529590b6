"""A secret is fetched from where the configuration says, and is in no error, whatever goes wrong."""

import traceback
from pathlib import Path

import pytest

from ampacity.core.errors import AuthError, UsageError
from ampacity.core.secrets import MAX_BYTES, SecretRef, read_secret

SECRET = "hunter2"


def private(path: Path, data: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(data)
    path.chmod(mode)
    return path


def told(ref: SecretRef, environment: dict[str, str]) -> str:
    """All that a person could see of the failure, `-v` included."""
    with pytest.raises((AuthError, UsageError)) as caught:
        read_secret(ref, environment)
    error = caught.value
    return "\n".join([*traceback.format_exception(error), error.what, error.why, error.fix])


def test_an_environment_variable_holds_it() -> None:
    assert read_secret(SecretRef(env="KEY"), {"KEY": SECRET}) == SECRET


def test_a_command_prints_it() -> None:
    assert read_secret(SecretRef(command=("printf", "%s\\n", SECRET)), {}) == SECRET


def test_a_private_file_holds_it(tmp_path: Path) -> None:
    assert read_secret(SecretRef(file=private(tmp_path / "key", b"hunter2\n")), {}) == SECRET


@pytest.mark.parametrize("text", ["  spaced out ", "two\nlines", "\nleading"])
def test_only_the_line_end_is_taken_off(text: str) -> None:
    assert read_secret(SecretRef(env="KEY"), {"KEY": f"{text}\r\n"}) == text


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    path = private(tmp_path / "key", b"hunter2", mode)
    text = told(SecretRef(file=path), {})
    assert f"chmod 600 {path}" in text
    assert SECRET not in text


@pytest.mark.parametrize("value", ["", "\n", "\r\n"])
def test_an_empty_secret_is_refused(value: str) -> None:
    assert "environment variable KEY gave nothing" in told(SecretRef(env="KEY"), {"KEY": value})


def test_an_absent_variable_or_file_is_an_authentication_error(tmp_path: Path) -> None:
    assert "environment variable KEY gave nothing" in told(SecretRef(env="KEY"), {})
    assert "No such file" in told(SecretRef(file=tmp_path / "none"), {})


def test_a_command_that_fails_does_not_repeat_what_it_printed() -> None:
    # Put together by the shell, so that the text is not in the command itself.
    text = told(SecretRef(command=("sh", "-c", "printf hun; echo ter2; echo hun''ter2 >&2; exit 1")), {})
    assert "sh: CalledProcessError" in text
    assert SECRET not in text


def test_a_command_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ampacity.core.secrets.COMMAND_SECONDS", 0.1)
    assert "TimeoutExpired" in told(SecretRef(command=("sleep", "60")), {})


def test_a_command_has_no_input_to_wait_for() -> None:
    assert "gave nothing" in told(SecretRef(command=("cat",)), {})


def test_a_command_that_is_not_there_is_an_authentication_error() -> None:
    assert "no-such-program: FileNotFoundError" in told(SecretRef(command=("no-such-program",)), {})


def test_bytes_that_are_no_text_are_refused_and_not_repeated(tmp_path: Path) -> None:
    text = told(SecretRef(file=private(tmp_path / "key", b"hunter2\xff")), {})
    assert "not UTF-8" in text
    assert SECRET not in text


def test_a_secret_of_any_size_is_not_swallowed(tmp_path: Path) -> None:
    path = private(tmp_path / "key", b"x" * (MAX_BYTES + 1))
    assert "too large" in told(SecretRef(file=path), {})


@pytest.mark.parametrize(
    ("ref", "fix"),
    [
        (SecretRef(env="KEY"), "export KEY=…"),
        (SecretRef(file=Path("/nowhere/a key")), "write it to '/nowhere/a key' (chmod 600)"),
        (SecretRef(command=("false", "--really")), "run the command false by hand"),
    ],
)
def test_a_secret_that_cannot_be_had_comes_with_what_to_do(ref: SecretRef, fix: str) -> None:
    with pytest.raises(AuthError) as caught:
        read_secret(ref, {})
    assert caught.value.fix.startswith(fix)
    assert "--really" not in caught.value.fix
