"""Tokens: the same create call always has the same one, and two calls never share one."""

from hypothesis import given
from hypothesis import strategies as st

from ampacity.core.digests import Digest
from ampacity.provisioning.tokens import placeholder, placeholder_token, token_of

REPLACE = Digest("sha256:" + "a" * 64)
URN = "urn:pulumi:train::ampacity::ampacity:index:Machine::node-0"


def test_a_retry_of_the_same_machine_has_the_same_token() -> None:
    # sha256 of ["uid", URN, REPLACE, 0] as JSON, cut to 32 digits; computed apart, with sha256sum
    assert token_of("uid", URN, REPLACE) == token_of("uid", URN, REPLACE, 0) == "d215795c46cf0fbddeaf75352be44218"


def test_a_token_is_32_lower_case_hex_digits() -> None:
    token = token_of("uid", URN, REPLACE)
    assert len(token) == 32
    assert set(token) <= set("0123456789abcdef")


@given(st.tuples(st.text(), st.text(), st.text(), st.integers(0, 9)))
def test_whatever_differs_makes_another_token(parts: tuple[str, str, str, int]) -> None:
    deployment, urn, replace, attempt = parts
    token = token_of(deployment, urn, Digest(replace), attempt)
    others = [
        token_of(deployment + "x", urn, Digest(replace), attempt),
        token_of(deployment, urn + "x", Digest(replace), attempt),
        token_of(deployment, urn, Digest(replace + "x"), attempt),
        token_of(deployment, urn, Digest(replace), attempt + 1),
        token_of(urn + "x", deployment, Digest(replace), attempt),
    ]
    assert token not in others


def test_a_placeholder_gives_its_token_back_and_a_sellers_id_gives_none() -> None:
    token = token_of("uid", URN, REPLACE)
    assert placeholder_token(placeholder(token)) == token
    assert placeholder_token("i-0123456789abcdef0") is None
