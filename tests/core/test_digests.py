"""One value has one canonical form, and thereby one digest, wherever and whenever it is taken."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.core.digests import canonical, digest_bytes, digest_of, parse_digest

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


class Quote(msgspec.Struct, frozen=True):
    usd: Decimal
    at: datetime
    tags: frozenset[str] = frozenset()


def test_keys_are_sorted_and_nothing_is_between_them() -> None:
    assert canonical({"b": 1, "a": [True, None, "é"]}) == '{"a":[true,null,"é"],"b":1}'.encode()


def test_keys_are_sorted_by_utf_16_as_the_standard_says() -> None:
    # RFC 8785, section 3.2.3: U+1F600 is D83D DE00 in UTF-16 and so comes before U+FB33.
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


def test_money_is_text_and_time_ends_in_z() -> None:
    quote = Quote(usd=Decimal("1.50"), at=datetime(2026, 11, 21, 4, 5, 6, tzinfo=UTC))
    assert canonical(quote) == b'{"at":"2026-11-21T04:05:06Z","tags":[],"usd":"1.50"}'


def test_a_set_has_one_order() -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    tags = [f"tag-{number}" for number in range(50)]
    one = Quote(usd=Decimal(1), at=now, tags=frozenset(tags))
    other = Quote(usd=Decimal(1), at=now, tags=frozenset(reversed(tags)))
    assert canonical(one) == canonical(other)
    assert json.loads(canonical(one))["tags"] == sorted(tags)


@given(st.dictionaries(st.text(), PLAIN, max_size=6))
def test_the_order_in_which_keys_were_put_does_not_matter(data: dict[str, object]) -> None:
    assert digest_of(data) == digest_of(dict(reversed(data.items())))


@given(PLAIN)
def test_reading_the_form_and_writing_it_again_changes_nothing(data: object) -> None:
    assert canonical(json.loads(canonical(data))) == canonical(data)


@pytest.mark.parametrize("value", [2**53, -(2**53), float("nan"), float("inf")])
def test_a_number_that_json_cannot_carry_exactly_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match=r"JCS|safe integer"):
        canonical({"value": value})


def test_a_digest_names_its_function() -> None:
    assert digest_bytes(b"abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest_of({}) == "sha256:" + hashlib.sha256(b"{}").hexdigest()


@pytest.mark.parametrize(
    "text", ["", "sha256:", "sha256:" + "0" * 63, "sha256:" + "A" * 64, "md5:" + "0" * 64, "sha256:" + "0" * 64 + "\n"]
)
def test_what_is_no_digest_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no sha256 digest"):
        parse_digest(text)
