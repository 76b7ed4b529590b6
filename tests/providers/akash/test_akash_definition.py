"""A user's own SDL as an order of ours: its placement carries our labels, its price our ceiling."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.core.errors import UsageError
from ampacity.providers.akash.labels import read_marks, write_marks
from ampacity.providers.base import Bidders, Gpu, MachineOrder, ProviderError
from ampacity.sandbox.akash.bech32 import address_of

SDL = """version: "2.0"
services:
  web:
    image: ghcr.io/me/web@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    expose:
      - {port: 22, as: 22, to: [{global: true}]}
  db:
    image: ghcr.io/me/db:1
    expose:
      - {port: 5432, to: [{service: web}]}
profiles:
  compute:
    big:
      resources:
        cpu: {units: 8}
        memory: {size: 32Gi}
        storage: {size: 100Gi}
        gpu: {units: 1, attributes: {vendor: {nvidia: [{model: h100, ram: 80Gi}]}}}
    small:
      resources: {cpu: {units: 1}, memory: {size: 1Gi}, storage: {size: 10Gi}}
  placement:
    westcoast:
      attributes: {host: akash}
      pricing:
        big: {denom: uact, amount: 6000}
        small: {denom: uact, amount: 2000}
deployment:
  web: {westcoast: {profile: big, count: 1}}
  db: {westcoast: {profile: small, count: 1}}
"""
H100 = Gpu(model="H100", count=1, memory_gib=80)


def with_sdl(order: MachineOrder, text: str = SDL) -> MachineOrder:
    return msgspec.structs.replace(order, definition=text)


def refusal(bazaar: Any, text: str, gpu: Gpu | None = H100) -> UsageError:
    with pytest.raises(UsageError) as caught:
        bazaar.provider.check_definition(text, where="own.sdl.yaml", gpu=gpu)
    return caught.value


class TestOrdering:
    def test_its_placement_is_named_by_our_labels_so_that_it_is_found_again(
        self, bazaar: Any, order: MachineOrder
    ) -> None:
        made = bazaar.provider.create(with_sdl(order))
        (group,) = bazaar.chain.sources[int(made.ref.id)].compiled.groups
        marks = read_marks(group.name)
        assert marks is not None
        assert marks.labels == order.labels
        assert group.attributes[0].key == "host"

    def test_its_prices_are_brought_down_to_the_ceiling_in_proportion(self, bazaar: Any, order: MachineOrder) -> None:
        made = bazaar.provider.create(with_sdl(order))
        (group,) = bazaar.chain.sources[int(made.ref.id)].compiled.groups
        # 8000 uact a block were written, 4166.666666 are approved: three quarters and one quarter of it.
        assert sorted(unit.price_per_block for unit in group.units) == [Decimal("1041.666666"), Decimal("3124.999999")]
        assert group.price_per_block <= Decimal("4166.666666")

    def test_prices_that_are_lower_than_the_ceiling_stay(self, bazaar: Any, order: MachineOrder) -> None:
        cheap = SDL.replace("6000", "600").replace("2000", "200.5")
        made = bazaar.provider.create(with_sdl(order, cheap))
        (group,) = bazaar.chain.sources[int(made.ref.id)].compiled.groups
        assert group.price_per_block == Decimal("800.5")

    def test_the_manifest_that_is_delivered_is_of_the_renamed_placement(self, bazaar: Any, order: MachineOrder) -> None:
        own = with_sdl(order)
        bazaar.running(own)
        (manifest,) = bazaar.gateways.manifests.values()
        assert msgspec.json.decode(manifest)[0]["name"] == write_marks(order)

    def test_what_cannot_be_ordered_is_a_definite_refusal_by_line(self, bazaar: Any, order: MachineOrder) -> None:
        with pytest.raises(ProviderError, match="line 25") as caught:
            bazaar.provider.create(with_sdl(order, SDL.replace("uact, amount: 6000", "uakt, amount: 6000")))
        assert caught.value.definite
        assert not bazaar.chain.deployments


class TestChecking:
    def test_one_machine_with_just_the_gpus_of_the_plan_is_good(self, bazaar: Any) -> None:
        bazaar.provider.check_definition(SDL, where="own.sdl.yaml", gpu=H100)
        bazaar.provider.check_definition(SDL, where="own.sdl.yaml")

    def test_an_error_names_file_and_line(self, bazaar: Any) -> None:
        error = refusal(bazaar, SDL.replace("units: 8", "units: lots"))
        assert error.what == "own.sdl.yaml, line 15"
        assert error.fix == "edit own.sdl.yaml:15"

    @pytest.mark.parametrize(
        ("old", "new", "line", "problem"),
        [
            ("gpu: {units: 1", "gpu: {units: 2", 18, "asks for 2 GPUs in all, the plan for 1"),
            ("profile: big, count: 1", "profile: big, count: 3", 28, "asks for 3 GPUs in all, the plan for 1"),
            ("profile: big, count: 1", "profile: small, count: 1", 12, "asks for 0 GPUs in all, the plan for 1"),
            ("model: h100", "model: a100", 18, "takes a100 80Gi, the plan wants H100 with 80Gi"),
            ("ram: 80Gi", "ram: 94Gi", 18, "takes h100 94Gi, the plan wants H100 with 80Gi"),
            ("nvidia: [{model: h100, ram: 80Gi}]", "nvidia:", 18, "takes any GPU, the plan wants H100"),
            ("{model: h100, ram: 80Gi}", "{model: h100, ram: 80Gi}, {model: '*'}", 18, "takes *, the plan wants"),
        ],
    )
    def test_gpus_other_than_the_plans_are_refused_on_their_line(
        self, bazaar: Any, old: str, new: str, line: int, problem: str
    ) -> None:
        assert old in SDL
        error = refusal(bazaar, SDL.replace(old, new))
        assert problem in error.why
        assert error.fix == f"edit own.sdl.yaml:{line}"

    def test_two_placements_are_two_machines(self, bazaar: Any) -> None:
        two = SDL.replace("  placement:\n", "  placement:\n    east: {pricing: {small: {denom: uact, amount: 9}}}\n")
        two = two.replace("db: {westcoast:", "db: {east:").replace("{service: web}", "{global: true}")
        assert "2 placements" in refusal(bazaar, two).why


A, B, C = (address_of(bytes([number] * 20)) for number in (1, 2, 3))


def demanding(signed_by: str = "", attributes: str = "{host: akash}") -> str:
    return SDL.replace("      attributes: {host: akash}\n", f"      attributes: {attributes}\n{signed_by}")


class TestBidders:
    def test_the_bidders_are_those_whom_the_plan_and_the_sdl_take(self, bazaar: Any) -> None:
        text = demanding(
            f"      signedBy: {{anyOf: [{A}, {B}], allOf: [{C}]}}\n", "{location-region: us-west, host: akash}"
        )
        narrowed = bazaar.provider.narrow_bidders(text, Bidders(), where="own.sdl.yaml")
        assert narrowed == Bidders(
            audited_by=(A, B), audited_by_all=(C,), regions=("us-west",), attributes=("host=akash",)
        )
        strict = Bidders(audited_by=(B, C), regions=("us-*", "ca-*"))
        narrowed = bazaar.provider.narrow_bidders(text, strict, where="own.sdl.yaml")
        assert (narrowed.audited_by, narrowed.regions) == ((B,), ("us-west",))
        assert bazaar.provider.narrow_bidders(text, narrowed, where="own.sdl.yaml") == narrowed

    def test_what_the_sdl_leaves_open_stays_as_the_plan_has_it(self, bazaar: Any) -> None:
        plans = Bidders(audited_by=(A,), regions=("us-*",))
        narrowed = bazaar.provider.narrow_bidders(demanding(attributes="{}"), plans, where="own.sdl.yaml")
        assert narrowed == plans

    @pytest.mark.parametrize(
        ("signed_by", "attributes", "problem"),
        [
            (f"      signedBy: {{anyOf: [{A}]}}\n", "{host: akash}", "none of them is in the context's audited_by"),
            ("", "{location-region: eu-west}", "eu-west is in no region of the context (us-*)"),
        ],
    )
    def test_where_nobody_could_be_both_the_line_is_named(
        self, bazaar: Any, signed_by: str, attributes: str, problem: str
    ) -> None:
        with pytest.raises(UsageError) as caught:
            bazaar.provider.narrow_bidders(
                demanding(signed_by, attributes), Bidders(audited_by=(B,), regions=("us-*",)), where="own.sdl.yaml"
            )
        assert problem in caught.value.why
        assert caught.value.what.startswith("own.sdl.yaml, line 2")

    def test_the_choice_of_a_bid_keeps_to_it_even_where_the_plan_says_nothing_of_it(
        self, bazaar: Any, order: MachineOrder, sellers: Callable[..., Any]
    ) -> None:
        own = with_sdl(order, demanding(f"      signedBy: {{allOf: [{A}]}}\n", "{tier: community}"))
        made = bazaar.provider.create(own)
        bazaar.chain.bid(int(made.ref.id), sellers("unknown"), "3000")
        bazaar.chain.bid(int(made.ref.id), sellers("audited", audited_by=(A,)), "3100")
        unaudited, other = bazaar.provider.bids(made.ref, own)
        assert f"{A} has not audited this provider" in unaudited.why_not
        assert other.why_not == "this provider does not state tier=community"


class TestPrice:
    def test_it_is_all_that_the_sdl_pays_by_the_time_that_blocks_take(self, bazaar: Any) -> None:
        # 8000 uact a block of 6 seconds: 600 blocks an hour.
        assert bazaar.provider.most_usd_per_hour(SDL) == Decimal("4.8")


class TestAdvice:
    def test_an_image_by_tag_is_warned_of_and_one_by_digest_is_not(self, bazaar: Any) -> None:
        (default,) = bazaar.provider.advice(image="default")
        assert "named by a tag" in default
        (latest,) = bazaar.provider.advice(image="ghcr.io/me/train")
        assert "latest" in latest
        assert bazaar.provider.advice(image=f"ghcr.io/me/train@sha256:{'a' * 64}") == ()

    def test_of_a_definition_every_service_is_looked_at(self, bazaar: Any) -> None:
        (told,) = bazaar.provider.advice(image="default", definition=SDL)
        assert "service db: the image ghcr.io/me/db:1" in told
