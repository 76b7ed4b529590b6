"""Feeds and whole nodes. Figures from a table worked out by hand: V x A x sqrt(3) x derate."""

from decimal import Decimal

import pytest

from ampacity.providers.own.power import describe, rack_kw, usable_kw
from ampacity.providers.own.sites import Feed, Node, Rack

NODES = {"n1": Node(type="dgx")}


def feed(volts: int, amps: int, derate: str = "0.8") -> Feed:
    return Feed(volts=volts, amps=amps, derate=Decimal(derate))


@pytest.mark.parametrize(
    ("side", "usable", "nodes"),
    [
        ((208, 30, "0.8"), "8.65", [0, 1, 0]),
        ((208, 60, "0.8"), "17.3", [1, 2, 1]),
        ((400, 32, "1"), "22.2", [2, 2, 1]),
        ((415, 60, "0.8"), "34.5", [3, 4, 2]),
        ((400, 63, "1"), "43.6", [4, 5, 3]),
    ],
)
def test_a_feed_carries_whole_nodes_of_10_2_and_8_4_and_14_3_kw(
    side: tuple[int, int, str], usable: str, nodes: list[int]
) -> None:
    kw = usable_kw(feed(*side))
    assert abs(kw - Decimal(usable)) <= Decimal("0.05")
    assert [int(kw / Decimal(node)) for node in ("10.2", "8.4", "14.3")] == nodes


def test_one_phase_has_no_root_of_three() -> None:
    assert usable_kw(Feed(volts=230, amps=16, phases=1, derate=Decimal(1))) == Decimal("3.680")


def test_kva_becomes_kw_by_the_power_factor() -> None:
    assert usable_kw(Feed(volts=230, amps=100, phases=1, derate=Decimal(1), power_factor=Decimal("0.95"))) == Decimal(
        "21.850"
    )


def test_of_two_redundant_sides_the_smaller_counts_and_they_never_add_up() -> None:
    rack = Rack(feeds={"a": feed(415, 60), "b": feed(415, 32)}, nodes=NODES)
    assert rack_kw(rack) == usable_kw(feed(415, 32)) == Decimal("18.401")


def test_sides_add_up_only_where_the_owner_says_there_is_no_redundancy() -> None:
    rack = Rack(feeds={"a": feed(415, 60), "b": feed(415, 60)}, nodes=NODES, redundancy="n")
    assert rack_kw(rack) == 2 * usable_kw(feed(415, 60))


def test_other_load_and_a_limit_of_the_cooling_take_their_share() -> None:
    rack = Rack(feeds={"a": feed(415, 60)}, nodes=NODES, other_kw=Decimal("1.5"), max_kw=Decimal(30))
    assert rack_kw(rack) == Decimal("28.5")


def test_a_limit_says_how_it_was_made() -> None:
    rack = Rack(feeds={"a": feed(415, 60), "b": feed(415, 60)}, nodes=NODES)
    assert describe(rack, ["nameplate"]) == "nameplate; 415 V 60 A 3ph x 0.8, min of a/b"
