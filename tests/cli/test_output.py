"""Results: one envelope, and cells that no spreadsheet runs."""

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import yaml

from ampacity.cli.options import Format
from ampacity.cli.output import Result, emit
from ampacity.core.errors import ResourceError

WHEN = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
RESULT = Result(
    schema="ampacity.test/1",
    data={"price": Decimal("12.50"), "nothing": None},
    rows=[{"price": Decimal("12.50"), "sku": "=HYPERLINK(1)", "nothing": None}],
    errors=(ResourceError("lambda did not answer", why="20 s", code="AMP-PROVIDER-SLOW"),),
    generated_at=WHEN,
)


def never() -> None:
    raise AssertionError("a table was drawn")


def test_json_has_the_same_four_keys_and_exact_money(capsys: pytest.CaptureFixture[str]) -> None:
    emit(RESULT, Format.JSON, never)

    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["schema", "generated_at", "data", "errors"]
    assert answer["generated_at"] == "2026-11-21T04:00:00Z"
    assert answer["data"] == {"price": "12.50", "nothing": None}
    assert answer["errors"][0]["code"] == "AMP-PROVIDER-SLOW"


def test_yaml_says_what_json_says(capsys: pytest.CaptureFixture[str]) -> None:
    emit(RESULT, Format.YAML, never)

    assert yaml.safe_load(capsys.readouterr().out)["data"] == {"price": "12.50", "nothing": None}


def test_csv_leaves_the_unknown_empty_and_disarms_formulas(capsys: pytest.CaptureFixture[str]) -> None:
    emit(RESULT, Format.CSV, never)

    assert list(csv.DictReader(io.StringIO(capsys.readouterr().out))) == [
        {"price": "12.50", "sku": "'=HYPERLINK(1)", "nothing": ""}
    ]
