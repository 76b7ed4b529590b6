"""The published JSON Schemas say what the readers take."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import ampacity
from ampacity.core.contexts import Config

ROOT = Path(ampacity.__file__).parent
FOLDER = ROOT / "docs" / "schemas"


def schema(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_each_is_a_valid_schema_that_knows_no_other_keys(path: Path) -> None:
    published = json.loads(path.read_text())
    jsonschema.Draft202012Validator.check_schema(published)
    kind = published["$ref"].rsplit("/", 1)[1]
    assert published["$defs"][kind]["additionalProperties"] is False


@pytest.mark.parametrize(("example", "name"), [("train.yaml", "spec-1"), ("sites.yaml", "sites-1")])
def test_the_examples_fit(example: str, name: str) -> None:
    typed = yaml.safe_load((ROOT / "examples" / example).read_text())
    # As JSON, which is what editors compare: dates and the like are text there.
    jsonschema.validate(json.loads(json.dumps(typed, default=str)), schema(name))


def test_an_unknown_key_and_a_negative_count_do_not_fit() -> None:
    spec = yaml.safe_load((ROOT / "examples" / "train.yaml").read_text())
    for change in ({"gpus": 8}, {"gpu": {"models": ["H100"], "count": -1}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(spec | change, schema("spec-1"))


@pytest.mark.parametrize("price", [60, 60.5, "60.5"])
def test_people_may_write_money_as_a_number_or_as_text(price: Any) -> None:
    spec = yaml.safe_load((ROOT / "examples" / "train.yaml").read_text())
    jsonschema.validate(spec | {"budget": {"usd_per_hour": price}}, schema("spec-1"))


def test_a_plan_holds_money_as_text_only() -> None:
    usd = schema("plan-1")["$defs"]["Totals"]["properties"]["usd_per_hour_after"]
    assert usd == {"type": "string", "format": "decimal"}


def test_the_configurations_keys_are_those_of_its_type() -> None:
    assert set(schema("config-1")["$defs"]["Config"]["properties"]) == set(Config.__struct_fields__)
