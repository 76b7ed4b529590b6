"""Files that a spec names are read once, and checked where they come in."""

import stat
from pathlib import Path

import pytest

from ampacity.cli.planfiles import read_spec_files, unusable_file
from ampacity.core.digests import digest_bytes
from ampacity.core.errors import AmpacityError, MissingError, UsageError
from ampacity.planning.load import load_spec

SPEC = """\
schema: ampacity.spec/1
name: demo
gpu: {models: [H100], count: 8}
hours: 1
ttl_hours: 2
"""
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAM+evsgFJ9vAMF+IZmpMcaZ1BxbAH+/szWzc5GKjqlp somebody"


def write(folder: Path, more: str) -> Path:
    spec = folder / "spec.yaml"
    spec.write_text(SPEC + more)
    return spec


def test_paths_start_at_the_spec_and_the_plan_keeps_them_from_its_own_place(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "boot.sh").write_text("#!/bin/sh\n")
    spec = write(tmp_path / "specs", "node: {user_data: boot.sh}\n")

    files = read_spec_files(load_spec(spec), spec, tmp_path / "plans" / "demo.plan.json")

    assert files.user_data is not None
    assert files.user_data.path == "../specs/boot.sh"
    assert files.user_data.digest == digest_bytes(b"#!/bin/sh\n")


def test_a_public_key_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "id.pub").write_text(KEY + "\n")
    spec = write(tmp_path, "ssh: {public_key: id.pub}\n")

    assert read_spec_files(load_spec(spec), spec, tmp_path / "p.json").ssh_public_key == KEY


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n", "AMP-SSH-KEY"),
        ("not a key", "AMP-SSH-KEY"),
        (f"{KEY}\n{KEY}", "AMP-SSH-KEY"),
    ],
)
def test_a_private_key_or_rubbish_never_reaches_a_plan(tmp_path: Path, content: str, code: str) -> None:
    (tmp_path / "id.pub").write_text(content)
    spec = write(tmp_path, "ssh: {public_key: id.pub}\n")

    with pytest.raises(UsageError) as refused:
        read_spec_files(load_spec(spec), spec, tmp_path / "p.json")

    assert refused.value.code == code
    assert "abc" not in str(refused.value)


@pytest.mark.parametrize(
    "more", ["sites: none.yaml\n", "node: {user_data: none.sh}\n", "ssh: {public_key: none.pub}\n"]
)
def test_a_file_that_is_not_there_is_named(tmp_path: Path, more: str) -> None:
    spec = write(tmp_path, more)

    with pytest.raises(AmpacityError, match="none"):
        read_spec_files(load_spec(spec), spec, tmp_path / "p.json")


def test_every_file_that_cannot_be_used_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "id.pub").write_text("not a key")
    spec = write(tmp_path, "sites: ~nobody-here/none.yaml\nssh: {public_key: id.pub}\n")
    with pytest.raises(UsageError) as refused:
        load_spec(spec, unusable=unusable_file(spec))
    sites, key = refused.value.why.splitlines()
    assert "`sites`: names no file: " in sites
    assert key.endswith("id.pub holds no OpenSSH public key")


def test_a_plan_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    from ampacity.cli.planfiles import open_plan

    with pytest.raises(MissingError):
        open_plan(tmp_path / "none.json")


def test_the_example_spec_is_whole() -> None:
    import ampacity

    examples = Path(ampacity.__file__).parent / "examples"
    spec = load_spec(examples / "train.yaml")

    files = read_spec_files(spec, examples / "train.yaml", Path("p.json"))

    assert files.ssh_public_key is not None
    assert files.user_data is not None
    assert stat.S_ISREG((examples / "sites.yaml").stat().st_mode)
