"""A plan file that was touched in any way is refused, or is another plan by its digest."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.core.digests import canonical, digest_bytes
from ampacity.core.errors import Exit, UsageError
from ampacity.planning.plan import Plan
from ampacity.planning.planfile import MAX_BYTES, decode_plan, encode_plan, plan_digest

Makes = Callable[..., Any]


@pytest.fixture(scope="module")
def plan(spec: Makes, offer: Makes, plan_for: Makes, running: Makes, base_of: Makes) -> Plan:
    """One kept, one gone and one added machine, with money in every place."""
    base = base_of(running("train-1", offer()), running("train-2", offer("old", region="eu-west-1")))
    wanted = spec(placement={"regions": ["us-*"]}, budget={"usd_per_hour": "100"})
    made = plan_for(
        wanted, [offer(), offer("cheap", "19.5", expires_at=offer().observed_at + timedelta(hours=2))], base=base
    )
    assert isinstance(made, Plan)
    return made


def refusal(data: bytes) -> str:
    with pytest.raises(UsageError) as caught:
        decode_plan(data, name="train.plan.json")
    assert caught.value.code == "AMP-PLAN-FILE"
    assert caught.value.exit is Exit.USAGE
    assert caught.value.what == "train.plan.json is not usable as a plan"
    return caught.value.why


def edited(plan: Plan, edit: Callable[[dict[str, Any]], object]) -> bytes:
    """The file after an edit by somebody who knows how to write canonical JSON."""
    data = msgspec.json.decode(encode_plan(plan))
    edit(data)
    return canonical(data) + b"\n"


def test_a_plan_comes_back_as_it_was(plan: Plan) -> None:
    assert decode_plan(encode_plan(plan), name="x") == plan


def test_the_digest_is_of_the_canonical_json_without_the_newline(plan: Plan) -> None:
    data = encode_plan(plan)
    assert data.endswith(b"}\n")
    assert plan_digest(plan) == digest_bytes(data[:-1])


@settings(max_examples=400, deadline=None)
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_any_single_byte_is_refused_or_makes_another_plan(plan: Plan, place: int, byte: int) -> None:
    data = bytearray(encode_plan(plan))
    at = place % len(data)
    if data[at] == byte:
        return
    data[at] = byte
    try:
        other = decode_plan(bytes(data), name="x")
    except UsageError:
        return
    assert plan_digest(other) != plan_digest(plan)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: data + b"\n", "touched"),
        (lambda data: data[:-1], "touched"),
        (lambda data: b" " + data, "touched"),
        (lambda data: data.replace(b'"gpus":16', b'"gpus":16.0'), "no plan"),
        (lambda data: data.replace(b'"hours":"72"', b'"hours":"7.2e1"'), "touched"),
        (lambda data: data.replace(b'"hours":"72"', b'"hours":72'), "touched"),
        (lambda data: data.replace(b"Z", b"+00:00", 1), "touched"),
        (lambda data: data.replace(b'"images":{},', b""), "no plan: Object missing required field `images`"),
        (lambda data: data.replace(b'"images":{}', b'"images":{},"images":{}'), "touched"),
        (lambda data: data.replace(b'"images":{}', b'"image":{}'), "no plan: Object contains unknown field `image`"),
        (lambda data: data.replace(b'"gpus":16', b'"gpus":16,"spare":1'), "touched"),
        (lambda data: data.replace(b'"gpus":16', b'"gpus":9007199254740993'), "touched"),
        (lambda data: data.replace(b"plan/1", b"plan/2"), "no plan"),
        (lambda data: data[: len(data) // 2], "no plan"),
        (lambda data: b"\xff" + data, "no plan"),
        (lambda data: b"", "no plan"),
        (lambda data: b"[" * 100_000, "no plan"),
        (lambda data: b" " * (MAX_BYTES + 1), "at most"),
    ],
)
def test_bytes_that_plan_would_not_write_are_refused(plan: Plan, change: Callable[[bytes], bytes], why: str) -> None:
    data = encode_plan(plan)
    assert change(data) != data
    assert why in refusal(change(data))


def put(path: str, value: object) -> Callable[[dict[str, Any]], object]:
    """An edit that sets `a.0.b`."""

    def edit(data: dict[str, Any]) -> None:
        *way, last = (int(part) if part.isdigit() else part for part in path.split("."))
        here: Any = data
        for part in way:
            here = here[part]
        here[last] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (put("totals.usd_per_hour_after", "1"), "totals are not the sum"),
        (put("totals.expected_usd", "1"), "totals are not the sum"),
        (put("totals.worst_case_usd", "1"), "totals are not the sum"),
        (put("totals.worst_case_usd", None), "totals are not the sum"),
        (put("totals.gpus", 8), "totals are not the sum"),
        (put("offers.0.price.0.usd_per_hour", "1"), "totals are not the sum"),
        (put("offers.0.price.0.usd_per_hour", "-1"), "is no amount"),
        (put("offers.0.price.0.usd_per_hour", "NaN"), "is no amount"),
        (put("offers.0.price", []), "no GPU or no price"),
        (put("offers.0.gpu.count", 0), "no GPU or no price"),
        (put("offers.0.sku", "other"), "its offers are not those of its machines"),
        (put("ttl_hours", "10"), "its hours do not fit its end"),
        (put("hours", "0"), "its hours do not fit its end"),
        (put("expires_at", "2026-11-21T04:00:00Z"), "it expires before it was made"),
        (put("disk_gib", 0), "no disk"),
        (put("machines.0.usd_per_hour_before", "1"), "costs something else now"),
        (put("machines.1.usd_per_hour_before", "1"), "costs something else now"),
        (put("machines.0.name", "train-3"), "named twice"),
        (put("machines.0.name", "train-9"), "not accounted for"),
        (put("removed", []), "not accounted for"),
        (put("removed.0.name", "train-9"), "not accounted for"),
        (put("machines.0.action", "+"), "train-1 cannot be marked +"),
        (put("machines.1.action", "="), "train-3 cannot be marked ="),
        (put("machines.1.action", "-"), "train-3 cannot be marked -"),
        (put("base.machines.0.offer.sku", "other"), "train-1 runs on another offer"),
        (
            put("auctions", [{"ceiling_usd_per_hour": "9", "machine": "x", "rule": "cheapest-allowed"}]),
            "an auction is for no machine",
        ),
    ],
)
def test_a_clean_edit_that_contradicts_the_rest_is_refused(
    plan: Plan, edit: Callable[[dict[str, Any]], object], why: str
) -> None:
    assert why in refusal(edited(plan, edit))


def test_a_lower_ceiling_than_the_price_is_refused(plan: Plan) -> None:
    def lower(data: dict[str, Any]) -> None:
        data["totals"]["ceiling_usd_per_hour"] = "1"
        data["totals"]["worst_case_usd"] = "96"

    assert "its ceiling is below its price" in refusal(edited(plan, lower))


def test_a_higher_ceiling_is_another_plan(plan: Plan) -> None:
    def raise_it(data: dict[str, Any]) -> None:
        data["totals"]["ceiling_usd_per_hour"] = "1000"
        data["totals"]["worst_case_usd"] = "96000"

    other = decode_plan(edited(plan, raise_it), name="x")
    assert other.totals.ceiling_usd_per_hour == Decimal(1000)
    assert plan_digest(other) != plan_digest(plan)
