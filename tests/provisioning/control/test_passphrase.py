"""The passphrase of the state: made once, kept apart, never made twice."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from ampacity.core.contexts import Context, NamedContext, StateSettings
from ampacity.core.errors import AuthError
from ampacity.core.secrets import SecretRef
from ampacity.provisioning.passphrase import open_passphrase, passphrase_file


class Ring(KeyringBackend):
    """A keyring that keeps things in this process."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.fixture
def context(tmp_path: Path) -> NamedContext:
    state = StateSettings(folder=tmp_path / "state")
    return NamedContext(name="test", context=Context(state=state), file=tmp_path / "config.toml")


def test_without_a_keyring_it_is_made_once_in_a_private_file_beside_the_state(context: NamedContext) -> None:
    made = open_passphrase(context, {})
    file = passphrase_file(context.state_folder)
    assert len(made) >= 43, "256 bits in URL-safe base64"
    assert open_passphrase(context, {}) == made
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent == context.state_folder.parent


def test_with_a_keyring_no_file_is_written(context: NamedContext) -> None:
    ring = Ring()
    keyring.set_keyring(ring)
    made = open_passphrase(context, {})
    assert open_passphrase(context, {}) == made
    assert list(ring.kept.values()) == [made]
    assert not passphrase_file(context.state_folder).exists()


def test_the_configuration_s_own_place_goes_first(tmp_path: Path) -> None:
    state = StateSettings(folder=tmp_path / "state", passphrase=SecretRef(env="OPEN"))
    context = NamedContext(name="test", context=Context(state=state), file=tmp_path / "config.toml")
    assert open_passphrase(context, {"OPEN": "sesame"}) == "sesame"
    with pytest.raises(AuthError):
        open_passphrase(context, {})
    assert not passphrase_file(context.state_folder).exists()


def test_no_new_passphrase_is_made_for_a_state_whose_own_is_lost(context: NamedContext) -> None:
    stack = context.state_folder / "pulumi/.pulumi/stacks/ampacity/train.json"
    stack.parent.mkdir(parents=True)
    stack.write_text("{}", encoding="utf-8")
    with pytest.raises(AuthError) as refusal:
        open_passphrase(context, {})
    assert refusal.value.code == "AMP-PASSPHRASE-MISSING"
    assert not passphrase_file(context.state_folder).exists()
