"""How many offers are shown is what was asked for, in every format."""

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ampacity.cli import gather as room
from ampacity.cli.gather import Market
from ampacity.cli.main import run
from ampacity.providers.base import Bidders, Offer, PowerDraw, PowerLimit


@pytest.fixture(autouse=True)
def thirty_offers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offer: Callable[..., Offer]) -> None:
    config = tmp_path / "config.toml"
    config.write_text('current = "test"\n[contexts.test.providers.hall]\n')
    monkeypatch.setenv("AMPACITY_CONFIG", str(config))
    monkeypatch.setenv("COLUMNS", "100")
    offers = tuple(offer(str(usd), sku=f"box-{usd}") for usd in range(1, 31))
    monkeypatch.setattr(room, "gather", lambda *_, **__: Market(offers=offers, skips=(), limits=(), errors=()))


def shown(capsys: pytest.CaptureFixture[str], form: str, *more: str) -> tuple[int, Any]:
    """How many offers came out, and how many the answer says there are."""
    assert run(["offers", "-o", form, *more]) == 0
    text = capsys.readouterr().out
    if form == "json":
        data = json.loads(text)["data"]
        return len(data["offers"]), data["found"]
    if form == "csv":
        return len(list(csv.DictReader(io.StringIO(text)))), None
    return text.count("box-"), None


@pytest.mark.parametrize(("form", "found"), [("json", 30), ("csv", None), ("table", None)])
def test_a_limit_holds_in_every_format(capsys: pytest.CaptureFixture[str], form: str, found: int | None) -> None:
    assert shown(capsys, form, "--limit", "3") == (3, found)
    assert shown(capsys, form, "--limit", "0") == (30, found)


def test_without_a_limit_a_person_sees_twenty_and_a_program_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "table") == (20, None)
    assert shown(capsys, "json") == (30, 30)
    assert shown(capsys, "csv") == (30, None)


def test_nothing_that_fits_is_no_empty_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["offers", "--region", "nowhere"]) == 6
    said = capsys.readouterr()
    assert said.out == ""
    assert "none of 30 has region nowhere; there are: " in said.err


def test_a_flat_format_keeps_its_header_where_there_is_no_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["offers", "--region", "nowhere", "-o", "csv"]) == 6
    assert capsys.readouterr().out.startswith("id,provider,region,zone,sku,market,gpu_model,")


def test_a_market_on_which_nobody_may_sell_says_who_was_looked_for(
    capsys: pytest.CaptureFixture[str], offer: Callable[..., Offer], monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = Bidders(regions=("mars-*",))
    lots = tuple(offer(usd, sku=f"lot-{usd}", provider="market", max_nodes=0, bidders=narrow) for usd in ("1", "2"))
    market = Market(offers=(*lots, offer("3", sku="box")), skips=(), limits=(), errors=())
    monkeypatch.setattr(room, "gather", lambda *_, **__: market)
    assert run(["offers"]) == 0
    said = capsys.readouterr().out
    assert said.count("(none left)") == 2
    assert said.count("market: nobody in mars-* could take it now.") == 1


@pytest.fixture
def sold_out(offer: Callable[..., Offer], monkeypatch: pytest.MonkeyPatch) -> None:
    """The cheapest has none left, the next stands on a feed of 9 kW and takes 10; two can be had."""
    power = PowerDraw(feeds=("r1", "site"), node_kw=Decimal(10))
    offers = (
        offer("1", sku="taken", max_nodes=0),
        offer("2", sku="dark", max_nodes=1, power=power),
        offer("3", sku="lit", power=msgspec.structs.replace(power, feeds=("r2", "unreported"))),
        offer("4", sku="free"),
    )
    limits = (
        PowerLimit(feed="r1", free_kw=Decimal(50), basis=""),
        PowerLimit(feed="site", free_kw=Decimal(9), basis=""),
        PowerLimit(feed="r2", free_kw=Decimal(10), basis=""),
    )
    market = Market(offers=offers, skips=(), limits=limits, errors=())
    monkeypatch.setattr(room, "gather", lambda *_, **__: market)


@pytest.mark.usefixtures("sold_out")
def test_what_nobody_could_buy_now_stands_last_says_why_and_is_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["offers"]) == 0
    said = capsys.readouterr().out
    rows = [line.split() for line in said.splitlines()[1:5]]
    assert [row[2] for row in rows] == ["lit", "free", "taken", "dark"]
    assert rows[2][3:5] == ["(none", "left)"]
    assert rows[3][3:6] == ["(no", "power", "left)"]
    assert [row[-5] for row in rows[2:]] == ["-", "-"]  # before age and source: no claim that it can be had
    assert "2 of 2 offers, all-in USD, cheapest per GPU-hour first; 2 more with nothing left." in said


@pytest.mark.usefixtures("sold_out")
def test_a_program_is_told_which_cannot_be_had(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["offers", "-o", "json"]) == 0
    data = json.loads(capsys.readouterr().out)["data"]
    assert (data["found"], data["none_left"]) == (2, 2)
    assert [(each["sku"], each["none_left"]) for each in data["offers"]] == [
        ("lit", ""),
        ("free", ""),
        ("taken", "none left"),
        ("dark", "no power left"),
    ]
    assert run(["offers", "-o", "csv", "--limit", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith(",observed_at,none_left")
