"""What the container does at start, with a real shell and stand-ins for what would change this computer.

With a real OpenSSH 9.2 and its client it was tried by hand on 2026-11-21: key in, user-data run, others refused.
"""

import base64
import os
import subprocess
import time
from pathlib import Path

import pytest

from ampacity.providers.akash.sdl.start import START

STUBS = {
    "sshd": 'printf "%s\\n" "$@" >"$HOME/sshd.arguments"; env >"$HOME/sshd.environment"',
    "ssh-keygen": "exit 0",
    "mkdir": 'case "$*" in *"$HOME"*) exec /bin/mkdir "$@";; esac',
    "sleep": 'echo "slept $1"',
    "tail": 'echo "waits for ever"',
    "apt-get": 'echo "apt-get $*"; case "$1" in install) cp -p "$STUBS/spare" "$STUBS/sshd";; esac',
}
KEY = "ssh-ed25519 AAAAC3Nz me@home"


class Container:
    """A home and a path of stand-ins."""

    def __init__(self, folder: Path) -> None:
        self.home, self.stubs = folder / "home", folder / "stubs"
        self.home.mkdir()
        self.stubs.mkdir()
        for name, script in STUBS.items():
            (self.stubs / name).write_text(f"#!/bin/sh\n{script}\n")
            (self.stubs / name).chmod(0o755)

    def start(self, **environment: str) -> subprocess.CompletedProcess[str]:
        base = {"PATH": f"{self.stubs}:/usr/bin:/bin", "HOME": str(self.home), "STUBS": str(self.stubs)}
        return subprocess.run(
            ["/bin/sh", "-c", START], env=base | environment, capture_output=True, text=True, timeout=60, check=False
        )

    def read(self, name: str) -> str:
        return (self.home / name).read_text()


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return Container(tmp_path)


def test_kubernetes_finds_nothing_in_it_to_replace() -> None:
    assert "$(" not in START
    assert "$$" not in START


def test_the_key_opens_it_and_a_password_does_not(container: Container) -> None:
    result = container.start(AMPACITY_SSH_KEY=KEY)
    assert container.read(".ssh/authorized_keys") == KEY + "\n"
    assert (container.home / ".ssh").stat().st_mode & 0o077 == 0
    arguments = container.read("sshd.arguments").split()
    assert {"-D", "PasswordAuthentication=no", "PermitRootLogin=prohibit-password"} <= set(arguments)
    assert "ssh is ready" in result.stdout


def test_what_the_image_sets_is_there_over_ssh_and_what_is_ours_is_not(container: Container) -> None:
    container.start(AMPACITY_SSH_KEY=KEY, AMPACITY_USER_DATA="", CUDA_VERSION="12.8")
    remembered = container.read(".ssh/environment")
    assert "CUDA_VERSION=12.8\n" in remembered
    assert f"PATH={container.stubs}:" in remembered
    assert "AMPACITY" not in remembered + container.read("sshd.environment")


def test_user_data_runs_at_start_beside_the_ssh_server(container: Container) -> None:
    script = '#!/bin/sh\necho "I am $0"\nenv | grep -c AMPACITY_\nexit 7\n'
    container.start(AMPACITY_SSH_KEY=KEY, AMPACITY_USER_DATA=base64.b64encode(script.encode()).decode())
    log = container.home / "user-data.log"
    deadline = time.monotonic() + 20
    while "exit status" not in (log.read_text() if log.exists() else "") and time.monotonic() < deadline:
        time.sleep(0.02)
    assert log.read_text().splitlines() == [
        f"I am {container.home}/user-data",
        "0",
        "ampacity: user-data ended with exit status 7",
    ]


def test_without_a_key_there_is_no_ssh_server_and_it_still_stays_up(container: Container) -> None:
    result = container.start()
    assert "waits for ever" in result.stdout
    assert not (container.home / "sshd.arguments").exists()


def test_an_image_without_an_ssh_server_gets_one(container: Container) -> None:
    (container.stubs / "sshd").rename(container.stubs / "spare")
    if os.path.lexists("/usr/sbin/sshd"):
        pytest.skip("this computer has an ssh server of its own, which the script would find")
    result = container.start(AMPACITY_SSH_KEY=KEY)
    assert "apt-get install -yq --no-install-recommends openssh-server" in result.stdout
    assert "-D" in container.read("sshd.arguments")


def test_an_image_that_cannot_get_one_ends_and_says_why(container: Container) -> None:
    (container.stubs / "sshd").unlink()
    (container.stubs / "apt-get").write_text("#!/bin/sh\nexit 100\n")
    if os.path.lexists("/usr/sbin/sshd"):
        pytest.skip("this computer has an ssh server of its own, which the script would find")
    result = container.start(AMPACITY_SSH_KEY=KEY)
    assert result.returncode == 1
    assert "no ssh server, so this container ends" in result.stdout
    assert [line for line in result.stdout.splitlines() if line.startswith("slept")][:3] == [
        "slept 5",
        "slept 10",
        "slept 20",
    ]
