"""A planned machine as an SDL: its GPUs, its disk, ssh for the key, user-data, our labels, the ceiling."""

import base64
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.providers.akash.labels import read_marks
from ampacity.providers.akash.sdl.compile import compile_sdl
from ampacity.providers.akash.sdl.compiled import Compiled, Endpoint, Storage
from ampacity.providers.akash.sdl.order import DEFAULT_IMAGE, MAX_USER_DATA, order_sdl
from ampacity.providers.base import Failure, MachineOrder, ProviderError

AUDITOR = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63"


def written(order: MachineOrder, price: Decimal = Decimal(4268), signed_by: tuple[str, ...] = ()) -> Compiled:
    text = order_sdl(order, price_uact_per_block=price, vcpu=16, ram_gib=64, signed_by=signed_by)
    return compile_sdl(text, where="order")


def container(order: MachineOrder) -> dict[str, Any]:
    ((service,),) = [group["services"] for group in json.loads(written(order).manifest)]
    found: dict[str, Any] = service
    return found


def changed(order: MachineOrder, **values: object) -> MachineOrder:
    return msgspec.structs.replace(order, **values)


def refused(order: MachineOrder) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        written(order)
    assert caught.value.kind is Failure.INVALID
    assert caught.value.fix
    return caught.value


def test_the_machine_has_what_was_planned(order: MachineOrder) -> None:
    (group,) = written(order, signed_by=(AUDITOR,)).groups
    (unit,) = group.units
    assert (unit.count, unit.cpu_milli, unit.memory_bytes) == (1, 16_000, 64 * 1024**3)
    assert (unit.gpu_units, [one.key for one in unit.gpu_attributes]) == (
        2,
        ["vendor/nvidia/model/h100/ram/80Gi/interface/sxm"],
    )
    assert unit.storage == (Storage(name="default", size_bytes=200 * 1024**3),)
    assert group.signed_by_any == (AUDITOR,)


def test_its_group_s_name_carries_our_labels(order: MachineOrder) -> None:
    (group,) = written(order).groups
    marks = read_marks(group.name)
    assert marks is not None
    assert marks.labels == order.labels


def test_ssh_is_open_to_the_world_on_a_port_of_the_provider_s_choice(order: MachineOrder) -> None:
    (group,) = written(order).groups
    assert group.units[0].endpoints == (Endpoint(kind="RANDOM_PORT"),)
    assert container(order)["expose"][0]["port"] == 22


def test_key_and_user_data_reach_the_container(order: MachineOrder) -> None:
    environment = dict(line.split("=", 1) for line in container(order)["env"])
    assert order.ssh_public_key is not None
    assert environment["AMPACITY_SSH_KEY"] == order.ssh_public_key.strip()
    assert base64.b64decode(environment["AMPACITY_USER_DATA"]).decode() == order.user_data


def test_the_default_image_is_named_by_tag_which_is_told(order: MachineOrder) -> None:
    compiled = written(order)
    assert DEFAULT_IMAGE in compiled.warnings[0]
    assert ":" in DEFAULT_IMAGE


def test_an_image_by_digest_is_taken_as_it_is_and_not_warned_of(order: MachineOrder) -> None:
    image = "ghcr.io/me/train@sha256:" + "0" * 64
    assert container(changed(order, image=image))["image"] == image
    assert written(changed(order, image=image)).warnings == ()


@pytest.mark.parametrize("image", ["", "a b", "x\ny", "$(id)", "ä"])
def test_what_is_no_image_is_refused(order: MachineOrder, image: str) -> None:
    assert "node.image" in refused(changed(order, image=image)).fix


def test_the_price_is_never_above_the_ceiling(order: MachineOrder) -> None:
    ceiling = Decimal("4268.1234567890123456789")
    (group,) = written(order, ceiling).groups
    assert group.price_per_block == Decimal("4268.123456789012345678")
    assert group.units[0].denom == "uact"


@pytest.mark.parametrize("price", ["0", "-1", "NaN", "Infinity", "10000001"])
def test_what_is_no_price_is_not_ordered(order: MachineOrder, price: str) -> None:
    with pytest.raises(ProviderError):
        written(order, Decimal(price))


def test_what_the_offer_does_not_say_of_its_gpu_may_be_anything(order: MachineOrder) -> None:
    vague = msgspec.structs.replace(order.offer, provider_ref={"model": "H100"})
    (group,) = written(changed(order, offer=vague)).groups
    assert [one.key for one in group.units[0].gpu_attributes] == ["vendor/nvidia/model/h100"]


def test_an_offer_without_a_model_is_not_ordered(order: MachineOrder) -> None:
    nameless = msgspec.structs.replace(order.offer, provider_ref={})
    assert "no GPU model" in refused(changed(order, offer=nameless)).why


def test_user_data_for_cloud_init_is_refused_because_a_container_has_none(order: MachineOrder) -> None:
    error = refused(changed(order, user_data="#cloud-config\npackages: [git]\n"))
    assert "no cloud-init" in error.why
    assert "#!/bin/sh" in error.fix


def test_user_data_that_no_environment_holds_is_refused_without_showing_it(order: MachineOrder) -> None:
    error = refused(changed(order, user_data="#!/bin/sh\n#" + "S" * MAX_USER_DATA))
    assert f"{MAX_USER_DATA} fit" in error.why
    assert "SSS" not in str(error)


def test_the_same_order_gives_the_same_text(order: MachineOrder) -> None:
    both = {order_sdl(order, price_uact_per_block=Decimal(1), vcpu=1, ram_gib=1, signed_by=()) for _ in range(2)}
    assert len(both) == 1
