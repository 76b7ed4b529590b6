"""The codec: what the engine sends is what we read, secrets and unknowns included."""

from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from ampacity.provisioning.plugin import signatures
from ampacity.provisioning.plugin.codec import UNKNOWN, Secret, decode, encode, has_unknown, reveal

KEYS = st.text(max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=12) | st.just(UNKNOWN)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3) | st.builds(Secret, inner),
    max_leaves=12,
)


def wire(data: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(data, struct_pb2.Struct())


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_what_is_encoded_is_decoded_unchanged(data: dict[str, Any]) -> None:
    assert decode(encode(data)) == data


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_revealed_data_has_no_secret_left(data: dict[str, Any]) -> None:
    assert "Secret" not in repr(reveal(data)).replace("'Secret'", "")


@pytest.mark.parametrize("sentinel", sorted(signatures.UNKNOWNS))
def test_every_sentinel_of_the_engine_is_unknown(sentinel: str) -> None:
    assert len(signatures.UNKNOWNS) == 7
    assert decode(wire({"a": [sentinel]})) == {"a": [UNKNOWN]}


def test_a_secret_is_the_engines_marked_object() -> None:
    marked = {signatures.KEY: signatures.SECRET, "value": "x"}
    assert json_format.MessageToDict(encode({"a": Secret("x")})) == {"a": marked}
    assert decode(wire({"a": marked})) == {"a": Secret("x")}


def test_output_values_are_their_value_their_secrecy_or_unknown() -> None:
    mark = {signatures.KEY: signatures.OUTPUT}
    read = decode(wire({"a": mark, "b": {**mark, "value": 1}, "c": {**mark, "value": 2, "secret": True}}))
    assert read == {"a": UNKNOWN, "b": 1, "c": Secret(2)}


def test_assets_and_references_are_refused() -> None:
    with pytest.raises(ValueError, match="no part of a machine"):
        decode(wire({"a": {signatures.KEY: "c44067f5952c0a294b673a41bacd8c17", "text": "x"}}))


def test_unknowns_are_seen_at_any_depth() -> None:
    assert has_unknown({"a": [Secret({"b": UNKNOWN})]})
    assert not has_unknown({"a": [Secret({"b": None})]})


def test_a_secret_never_shows_itself() -> None:
    assert "hunter2" not in repr({"a": Secret("hunter2")})
