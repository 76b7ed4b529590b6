"""Writes the published JSON Schemas from the types that read those files, or checks that they agree."""

import argparse
import inspect
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ampacity.access.approval_files import Approval
from ampacity.access.policy import Policy
from ampacity.core.contexts import Config
from ampacity.planning.plan import Plan
from ampacity.planning.spec import Spec
from ampacity.providers.own.sites import Sites

FOLDER = Path(__file__).parent.parent / "docs" / "schemas"


class Published(NamedTuple):
    """A file form: what it is called, the type that reads it, and whether people write it by hand."""

    name: str
    kind: type
    by_hand: bool


TABLE = (
    Published("approval-1", Approval, by_hand=False),
    Published("config-1", Config, by_hand=True),
    Published("plan-1", Plan, by_hand=False),
    Published("policy-1", Policy, by_hand=True),
    Published("sites-1", Sites, by_hand=True),
    Published("spec-1", Spec, by_hand=True),
)


def render(row: Published) -> str:
    """The schema of `row` as the text of its file."""
    made = msgspec.json.schema(row.kind, schema_hook=_unknown_type)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"ampacity.{row.name[:-2]}/1"}
    return json.dumps(head | _tidy(made, row.by_hand), indent=2, ensure_ascii=False) + "\n"


def _unknown_type(kind: type) -> dict[str, Any]:
    if issubclass(kind, Path):
        return {"type": "string"}
    raise TypeError(f"{kind} has no place in a file that people write")


def _tidy(node: Any, by_hand: bool) -> Any:
    """Docstrings without their indentation; decimals that people may write as numbers."""
    if isinstance(node, list):
        return [_tidy(child, by_hand) for child in node]
    if not isinstance(node, dict):
        return node
    tidy = {key: _tidy(child, by_hand) for key, child in node.items()}
    if isinstance(tidy.get("description"), str):
        tidy["description"] = inspect.cleandoc(tidy["description"])
    if by_hand and tidy.get("format") == "decimal":
        tidy["type"] = ["number", "string"]
    return tidy


def main() -> int:
    """Write every schema, or with `--check` name those that differ; 1 where any does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args().check
    wanted = {FOLDER / f"{row.name}.json": render(row) for row in TABLE}
    if not check:
        for path, text in wanted.items():
            path.write_text(text, encoding="utf-8")
        return 0
    published = {path: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    stale = sorted(path.name for path in wanted.keys() | published.keys() if wanted.get(path) != published.get(path))
    if stale:
        print(f"docs/schemas: {', '.join(stale)} differ from the types. Run scripts/schemas.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
