"""What a recovery is about to do, and what that costs, before anything is touched."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.core.digests import Digest
from ampacity.core.errors import PolicyError, ResourceError
from ampacity.providers.base import Machine, MachineRef, MachineState, Market, Offer, PricePart
from ampacity.provisioning.machines import MachineInputs, MachineRecord
from ampacity.provisioning.observe import Sighting
from ampacity.provisioning.outlook import Outlook, outlook_of, refuse_dear, usd_per_hour
from ampacity.provisioning.records import DeploymentRecord

Build = Callable[..., MachineInputs]
OTHER = Digest("sha256:" + "9" * 64)


def box(made: str = "toy-1", usd: str | None = "23.92") -> Machine:
    return Machine(
        provider="toy",
        ref=MachineRef(id=made, region="toy-1"),
        state=MachineState.RUNNING,
        sku="toy-8",
        market=Market.ON_DEMAND,
        usd_per_hour=None if usd is None else Decimal(usd),
    )


def seen(inputs: MachineInputs, there: Machine | None = None, **fields: Any) -> Sighting:
    outputs = {"state": "running"} | fields.pop("outputs", {})
    record = MachineRecord(urn=f"urn::{inputs.name}", id="toy-1", inputs=inputs, outputs=outputs)
    return Sighting(record=record, machine=there, **fields)


def record(*wanted: MachineInputs, ceiling: str | None = "50") -> DeploymentRecord:
    return DeploymentRecord(
        uid="d" * 32,
        name="train",
        context="test",
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        ends_at=None,
        hours=Decimal(1),
        sites=None,
        user_data=None,
        wanted=wanted,
        ceiling_usd_per_hour=None if ceiling is None else Decimal(ceiling),
    )


def never(_inputs: MachineInputs, _found: Machine) -> bool:
    return False


def look_ahead(kept: DeploymentRecord, *sightings: Sighting, outside: tuple[Machine, ...] = ()) -> Outlook:
    return outlook_of(kept, sightings, outside, never)


def names(machines: tuple[MachineInputs, ...]) -> list[str]:
    return [machine.name for machine in machines]


def at(offer: Offer, usd: str) -> dict[str, Offer]:
    part = PricePart(name="compute", usd_per_hour=Decimal(usd))
    return {offer.key: msgspec.structs.replace(offer, price=(part,))}


def auctioned(inputs: MachineInputs, ceiling: str) -> MachineInputs:
    offer = msgspec.structs.replace(inputs.offer, market=Market.AUCTION)
    return msgspec.structs.replace(inputs, offer=offer, max_usd_per_hour=Decimal(ceiling))


def test_what_stands_needs_no_word_and_no_price(machine: Build) -> None:
    ahead = look_ahead(record(machine("a")), seen(machine("a"), box()))
    assert (ahead.stays, ahead.bought, ahead.asks) == (("a",), (), False)
    refuse_dear(ahead, {})


def test_each_machine_that_is_to_be_bought_or_ended_is_named(machine: Build) -> None:
    wanted = [machine("new"), machine("lost"), machine("other", replace=OTHER), machine("failed")]
    ahead = look_ahead(
        record(*wanted),
        seen(machine("lost"), None),
        seen(machine("other"), box()),
        seen(machine("failed"), box(), outputs={"state": "failed"}),
        seen(machine("old"), box()),
        seen(machine("old and gone"), None),
    )
    assert (names(ahead.made), names(ahead.replaced)) == (["new", "lost"], ["other", "failed"])
    assert ahead.removed == ("old",)
    assert ahead.asks


def test_a_machine_whose_seller_cannot_be_asked_is_not_bought_again(machine: Build) -> None:
    down = ResourceError("toy is down")
    ahead = look_ahead(record(machine("a")), seen(machine("a"), None, problem=down))
    assert (ahead.stays, ahead.standing_usd_per_hour) == (("a",), Decimal("23.92"))
    changed = look_ahead(record(machine("a", replace=OTHER)), seen(machine("a"), None, problem=down))
    assert names(changed.replaced) == ["a"]


def test_a_stray_is_taken_in_where_the_create_call_would_find_it_and_else_ended(machine: Build) -> None:
    kept, mine, twin = record(machine("a")), box("toy-7"), box("toy-8")
    ahead = outlook_of(kept, [], [mine, twin], lambda _inputs, found: found is mine)
    assert (ahead.adopted, ahead.made, ahead.removed) == (("a",), (), ("toy-8 at toy",))
    assert ahead.standing_usd_per_hour == Decimal("23.92")
    alone = outlook_of(kept, [], [mine], lambda _inputs, found: found is mine)
    assert not alone.asks, "to take in what runs already spends nothing"


def test_the_ceiling_is_for_what_stays_and_what_is_made_together(machine: Build, offer: Offer) -> None:
    ahead = look_ahead(record(machine("a"), machine("b"), ceiling="47.84"), seen(machine("a"), box()))
    assert usd_per_hour(ahead, at(offer, "23.92")) == Decimal("47.84")
    refuse_dear(ahead, at(offer, "23.92"))
    with pytest.raises(PolicyError) as refusal:
        refuse_dear(ahead, at(offer, "23.9201"))
    assert refusal.value.code == "AMP-PRICE-CEILING"
    assert "$47.8401 per hour with what stays, $47.8400 allowed" in refusal.value.why
    assert "ampacity plan SPEC" in refusal.value.fix
    dearer = look_ahead(record(machine("a"), machine("b"), ceiling="47.84"), seen(machine("a"), box(usd="24")))
    with pytest.raises(PolicyError):
        refuse_dear(dearer, at(offer, "23.92"))


def test_without_a_live_price_nothing_is_bought(machine: Build, offer: Offer) -> None:
    ahead = look_ahead(record(machine("a")))
    with pytest.raises(PolicyError) as refusal:
        refuse_dear(ahead, {})
    assert refusal.value.code == "AMP-PRICE-UNKNOWN"
    free = msgspec.structs.replace(offer, price=())
    dark = look_ahead(record(machine("a"), machine("b", offer=free)), seen(machine("b", offer=free), box(usd=None)))
    with pytest.raises(PolicyError) as unknown:
        refuse_dear(dark, at(offer, "1"))
    assert (unknown.value.code, unknown.value.what) == ("AMP-PRICE-UNKNOWN", "b has no known price")


def test_what_is_auctioned_counts_with_its_own_ceiling_and_never_above_it(machine: Build) -> None:
    new, standing = auctioned(machine("new"), "25"), auctioned(machine("there"), "24")
    ahead = look_ahead(record(new, standing, ceiling="49"), seen(standing, box(usd="24.3")))
    assert usd_per_hour(ahead, {}) == 49
    refuse_dear(ahead, {})
    assert ahead.priced == (), "no seller need be asked for it"
    cheaper = look_ahead(record(new, standing, ceiling="49"), seen(standing, box(usd="20")))
    assert usd_per_hour(cheaper, {}) == 45
    untaken = look_ahead(record(new, standing, ceiling="49"), seen(standing, box(usd=None)))
    assert usd_per_hour(untaken, {}) == 49


def test_a_record_from_before_ceilings_were_kept_has_none_to_hold(machine: Build, offer: Offer) -> None:
    refuse_dear(look_ahead(record(machine("a"), ceiling=None)), at(offer, "1000"))


def test_one_that_its_seller_says_has_failed_is_replaced_though_the_state_has_it_running(machine: Build) -> None:
    dead = msgspec.structs.replace(box(), state=MachineState.FAILED)
    ahead = look_ahead(record(machine("node-0")), seen(machine("node-0"), dead))
    assert (ahead.stays, names(ahead.replaced), ahead.asks) == ((), ["node-0"], True)


def test_one_that_ran_and_only_cannot_be_seen_is_left_alone(machine: Build) -> None:
    wanted = machine()
    dark = msgspec.structs.replace(box(), state=MachineState.FAILED, unseen="HTTP status 503")
    assert look_ahead(record(wanted), seen(wanted, dark)).stays == (wanted.name,)
    assert look_ahead(record(wanted), seen(wanted, dark)).bought == ()


def test_an_order_that_nobody_was_taken_for_is_bought_by_going_on_with_it(machine: Build) -> None:
    plain = machine()
    wanted = msgspec.structs.replace(plain, offer=msgspec.structs.replace(plain.offer, market=Market.AUCTION))
    waiting = msgspec.structs.replace(box(usd="0"), state=MachineState.PENDING)
    ahead = look_ahead(record(wanted), seen(wanted, waiting, outputs={"state": "pending"}))
    assert (ahead.ordered, ahead.buys, ahead.asks) == ((wanted.name,), True, True)
    leased = msgspec.structs.replace(waiting, usd_per_hour=Decimal("2.62"))
    assert not look_ahead(record(wanted), seen(wanted, leased, outputs={"state": "pending"})).asks
    adopted = outlook_of(record(wanted), [], (waiting,), lambda _inputs, _found: True)
    assert (adopted.adopted, adopted.ordered) == ((wanted.name,), (wanted.name,))
