"""A YAML file is read exactly as written, and a mistake in it is named with file, line and key."""

from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.core.errors import Exit, MissingError, UsageError
from ampacity.core.located import load_located, load_yaml
from ampacity.core.yaml12 import YamlError, parse


class Disk(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    size_gib: Annotated[int, msgspec.Meta(ge=1)]


class Order(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: str
    usd_per_hour: Decimal | None = None
    kind: Literal["spot", "owned"] = "spot"
    disks: tuple[Disk, ...] = ()
    notes: Path | None = None


YAML_1_1 = tuple(
    "yes no on off y N Yes True NULL 12:30 1:00:00 0x1F 0o17 1_000 .5 .inf .nan 2026-11-21 = <<".split()  # noqa: SIM905
)
"""A boolean, a null, base 60, base 16 and 8, numbers and a date to a reader of YAML 1.1."""


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(text: str | bytes) -> Path:
        path = tmp_path / "order.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def refused(path: Path) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load_yaml(path, Order)
    assert caught.value.exit is Exit.USAGE
    assert caught.value.fix
    return caught.value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: 2\nc: [1,\n  2\n", 3),
        ("a: 1\nb: {c: 2\n\n\n", 2),
        ("a: 'b\n", 1),
        ("a: 1\nb: [1}\nc: 2\n", 2),
    ],
)
def test_what_is_never_closed_is_named_by_the_line_where_it_begins(text: str, line: int) -> None:
    with pytest.raises(YamlError) as caught:
        parse(text)
    assert caught.value.line == line


def test_a_file_becomes_the_value(write: Any) -> None:
    path = write("name: a\nusd_per_hour: 60\ndisks: [{size_gib: 5}]\nnotes: a/b\n")
    assert load_yaml(path, Order) == Order(
        name="a", usd_per_hour=Decimal(60), disks=(Disk(size_gib=5),), notes=Path("a/b")
    )


def test_an_unknown_key_is_named_with_its_line_and_what_is_allowed(write: Any) -> None:
    path = write("name: a\ndisks:\n  - size_gib: 1\n  - size_gib: 2\n    sise: 3\n")
    error = refused(path)
    assert error.what == f"{path}, line 5"
    assert error.why == "`disks[1].sise` is not known; allowed: size_gib"
    assert error.fix == f"edit {path}:5"


def test_every_mistake_is_told_at_once_by_line_and_what_only_follows_from_one_is_not(write: Any) -> None:
    path = write("nmae: a\nkind: rented\ndisks:\n- {size_gib: 1, sise: 3, siez: 4}\n- size_gib: -4\n")
    error = refused(path)
    assert error.what == f"{path} has 5 mistakes"
    assert error.why.splitlines() == [
        "line 1: `nmae` is not known; allowed: name, usd_per_hour, kind, disks, notes",
        "line 2: `kind` is 'rented'; allowed: owned, spot",
        "line 4: `disks[0].sise` is not known; allowed: size_gib",
        "line 4: `disks[0].siez` is not known; allowed: size_gib",
        "line 5: `disks[1].size_gib` is -4; allowed: a whole number, at least 1",
    ]
    assert error.fix == f"edit {path}:1"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("name: a\nkind: rented\n", 2, "allowed: owned, spot"),
        ("name: a\n\ndisks:\n- size_gib: -4\n", 4, "at least 1"),
        ("name: a\ndisks:\n- size_gib: 80GB\n", 3, "the key: GiB"),
        ("kind: spot\n", 1, "`name` is missing"),
        ("name: a\nusd_per_hour: cheap\n", 2, "usd_per_hour"),
        ("- name: a\n", 1, "Expected `object`"),
        ("", 1, "the file is empty"),
        ("# nothing yet\n", 1, "the file is empty"),
    ],
)
def test_a_wrong_value_is_named_with_its_line_and_what_is_allowed(write: Any, text: str, line: int, words: str) -> None:
    error = refused(write(text))
    assert error.what.endswith(f", line {line}")
    assert words in error.why


def test_a_key_given_twice_is_refused_on_its_second_line(write: Any) -> None:
    error = refused(write("name: a\nkind: spot\nname: b\n"))
    assert error.what.endswith(", line 3")
    assert error.why == "`name` is given twice"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**9, places=6))
def test_a_price_never_passes_through_a_float(price: Decimal) -> None:
    data, _ = parse(f"usd: {price:f}")
    assert data == {"usd": price}
    assert isinstance(data["usd"], Decimal)


@pytest.mark.parametrize(
    "text",
    YAML_1_1,
)
def test_what_yaml_1_1_would_convert_stays_text(text: str) -> None:
    assert parse(f"key: {text}")[0] == {"key": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("010", 10),
        ("-3", -3),
        ("+4", 4),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("1.50", Decimal("1.50")),
        ("2.5e3", Decimal(2500)),
        ('"7"', "7"),
        ("'true'", "true"),
    ],
)
def test_the_scalars_of_yaml_1_2_are_read(text: str, value: object) -> None:
    assert parse(f"key: {text}")[0] == {"key": value}


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, 2",
        "a: b: c",
        "a: 1\n---\nb: 2\n",
        "a: &x 1\nb: *x\n",
        "a: \x01",
        "a: !!int seven",
        "a: !!float seven",
        "a: !!python/object/apply:os.system [echo]",
        "a: !secret x",
        "[" * 5000 + "]" * 5000,
        "? [a, b]\n: c\n",
    ],
)
def test_what_is_no_plain_yaml_is_refused_and_never_crashes(text: str) -> None:
    with pytest.raises(YamlError):
        parse(text)


@given(st.text(st.characters() | st.sampled_from("[]{}:,-#&*!|>'\"%@` \n\t0123456789.e~")))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    with suppress(YamlError):
        parse(text)


def test_a_file_that_is_too_large_is_refused(write: Any) -> None:
    assert "too large" in refused(write("#" * ((1 << 20) + 1))).what


def test_a_file_that_is_not_text_is_refused(write: Any) -> None:
    assert "not UTF-8" in refused(write(b"name: \xff\n")).what


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path)
    assert error.why == "Is a directory"
    assert error.fix == f"check that {tmp_path} is a file that you may read"


def test_a_check_beyond_types_is_told_on_the_line_of_the_nearest_key(write: Any) -> None:
    path = write("name: a\ndisks:\n  - size_gib: 1\n")
    error = load_located(path, Order).refusal("disks[0].size_gib", "is too small for the image")
    assert error.what.endswith(", line 3")
    error = load_located(path, Order).refusal("disks[7].size_gib", "is not there")
    assert error.what.endswith(", line 2")


def test_a_file_that_is_not_there_is_not_found_and_no_misuse(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"none\.yaml is not there"):
        load_located(tmp_path / "none.yaml", Order)
