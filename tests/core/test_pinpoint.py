"""An error inside a mapping names the entry that is meant, not `[...]`."""

from typing import Annotated

import msgspec
import pytest

from ampacity.core.pinpoint import as_key, steps_to


class Feed(msgspec.Struct, forbid_unknown_fields=True):
    amps: Annotated[int, msgspec.Meta(gt=0)]


class Rack(msgspec.Struct):
    feeds: dict[str, Feed]


class Site(msgspec.Struct):
    racks: dict[str, list[Rack]]


def told(data: object) -> str:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(data, Site)
    text = str(caught.value)
    return as_key(steps_to(data, Site, text, text.partition(" - at `")[2].rstrip("`")))


def rack(**amps: object) -> dict[str, object]:
    return {"feeds": {name: {"amps": value} for name, value in amps.items()}}


def test_the_second_of_two_entries_is_named_when_it_is_the_wrong_one() -> None:
    data = {"racks": {"r1": [rack(a=60)], "r2": [rack(a=60), rack(a=60, b=-1)]}}
    assert told(data) == "$.racks.r2[1].feeds.b.amps"


def test_of_two_wrong_entries_the_first_is_named() -> None:
    data = {"racks": {"r1": [rack(a=60, b="x", c="x")]}}
    assert told(data) == "$.racks.r1[0].feeds.b.amps"


def test_an_unknown_key_is_placed_in_its_entry() -> None:
    data = {"racks": {"r1": [{"feeds": {"a": {"amps": 60}, "b": {"amps": 60, "colour": 1}}}]}}
    assert told(data) == "$.racks.r1[0].feeds.b"


def test_a_place_without_mappings_stays_as_it_is() -> None:
    assert told({"racks": 1}) == "$.racks"
