"""How many offers are shown is what was asked for, in every format."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ampacity.cli import gather as room
from ampacity.cli.gather import Market
from ampacity.cli.main import run
from ampacity.providers.base import Bidders, Offer


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
