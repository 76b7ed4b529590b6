"""A file that a person named is read, or it is said which file it is and what is wrong with it."""

from pathlib import Path

import pytest

from ampacity.core.errors import AmpacityError, MissingError, UsageError
from ampacity.core.reading import read_file, read_text


def test_a_file_may_have_exactly_what_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\x00" * 10)
    assert read_file(tmp_path / "file", 10) == b"\x00" * 10
    with pytest.raises(UsageError, match="too large") as refused:
        read_file(tmp_path / "file", 9)
    assert refused.value.why == "at most 9 bytes"


def test_a_file_without_an_end_is_not_read_to_it() -> None:
    with pytest.raises(UsageError, match="/dev/zero is too large"):
        read_file(Path("/dev/zero"))


def test_text_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes("\ufeffa\r\né\n".encode())
    assert read_text(tmp_path / "file").encode() == (tmp_path / "file").read_bytes()


def test_what_is_no_text_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"caf\xe9")
    with pytest.raises(UsageError, match="not UTF-8") as refused:
        read_text(tmp_path / "file")
    assert refused.value.fix == f"save {tmp_path / 'file'} as UTF-8 text"


@pytest.mark.parametrize(("name", "kind"), [("none", MissingError), (".", UsageError)], ids=["nothing", "a folder"])
def test_what_is_no_file_is_refused_by_its_path(tmp_path: Path, name: str, kind: type[AmpacityError]) -> None:
    with pytest.raises(kind) as refused:
        read_file(tmp_path / name)
    assert str(tmp_path / name) in refused.value.what
    assert refused.value.code == "AMP-FILE"
