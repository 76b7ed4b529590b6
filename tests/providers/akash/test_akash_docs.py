"""`docs/akash.md` names every message and endpoint that the code uses, and tests that there are."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import ampacity
from ampacity.providers.akash import settings

ROOT = Path(ampacity.__file__).parent
CODE = ROOT / "providers" / "akash"
TESTS = ROOT / "tests" / "providers" / "akash"
DOC = (ROOT / "docs" / "akash.md").read_text(encoding="utf-8")

_SPOKEN = re.compile(r"(?:\{\})?/(?:akash[./]|cosmos[./]|v[12]/|lease/|deployment/)[A-Za-z0-9/._{}?=&:-]*")
_CALL = re.compile(r"^\| `(?:MSG|GET|POST|PUT|PATCH|DELETE) (?P<path>/\S+)` \|", re.MULTILINE)
_TEST = re.compile(r"`(?P<file>[a-z_/]+\.py)::(?P<test>test_\w+)`")


@cache
def used() -> frozenset[str]:
    """The paths and type names in the code, `{}` for what is filled in."""
    return frozenset(path for file in sorted(CODE.rglob("*.py")) for path in _paths(file))


def _paths(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in inside:
            spoken = _SPOKEN.fullmatch(_text(node).partition(":")[0])
            if spoken:
                yield spoken[0].removeprefix("{}").partition("?")[0]


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node.value, str) else ""


def _begins(listed: str, path: str) -> bool:
    """Whether a listed path is `path`, or goes on from it."""
    pattern = re.escape(path).replace(re.escape("{}"), "[^/]+")
    return re.match(pattern + "(?:/|$)", listed) is not None


def test_the_code_is_read_for_what_it_says() -> None:
    assert {"/akash/market/v1beta5/bids/list", "/v1/deployments/{}", "/deployment/{}/manifest"} <= used()


@pytest.mark.parametrize("path", sorted(used()))
def test_everything_that_is_sent_is_listed(path: str) -> None:
    assert any(_begins(listed, path) for listed in _CALL.findall(DOC)), f"docs/akash.md does not list {path}"


@pytest.mark.parametrize("listed", sorted(set(_CALL.findall(DOC))))
def test_nothing_is_listed_that_is_not_sent(listed: str) -> None:
    assert any(_begins(listed, path) for path in used()), f"nothing in the code sends {listed}"


def test_every_row_of_a_table_of_calls_names_its_test() -> None:
    rows = [line for line in DOC.splitlines() if _CALL.match(line)]
    assert rows
    assert all(_TEST.search(row) for row in rows)


@pytest.mark.parametrize(("file", "test"), sorted(set(_TEST.findall(DOC))))
def test_every_test_that_is_named_is_there(file: str, test: str) -> None:
    assert re.search(rf"^ *def {test}\(", (TESTS / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_setting_is_explained() -> None:
    for name in settings.Options.__struct_fields__:
        assert f"`options.{name}`" in DOC
