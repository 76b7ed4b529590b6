"""The SDL of a machine that is ordered: a container with the GPUs, ssh for the key, user-data at start."""

import base64
import re
from decimal import ROUND_DOWN, Decimal
from typing import Any

from ...base import MachineOrder, ProviderError
from ...errors import Failure
from ..labels import write_marks
from ..names import PROVIDER
from .quantities import DENOM, MAX_PRICE, PRICE_DIGITS
from .start import KEY_VARIABLE, SSH_PORT, START, USER_DATA_VARIABLE
from .writing import dump

DEFAULT_IMAGE = "nvidia/cuda:12.8.1-base-ubuntu24.04"
"""CUDA's user space and apt. By tag, so compiling it warns: a digest of our choice would age unseen."""

SERVICE = "machine"
USER = "root"
MAX_USER_DATA = 65_536
"""Bytes. In base64 it must fit one environment string, 128 KiB on Linux (`MAX_ARG_STRLEN`)."""

_MODEL = re.compile(r"[a-z0-9][a-z0-9.-]*")
_RAM = re.compile(r"([1-9][0-9]*)\s*Gi?B?", re.IGNORECASE)
_IMAGE = re.compile(r"[\w.:/@-]{1,512}", re.ASCII)


def order_sdl(
    order: MachineOrder,
    *,
    price_uact_per_block: Decimal,
    vcpu: int,
    ram_gib: int,
    signed_by: tuple[str, ...],
) -> str:
    """The SDL of `order`: its one container with `vcpu` CPUs, `ram_gib` GiB and all of the offer's GPUs.

    Any one of `signed_by` must have audited the provider. Raises `ProviderError` for an order that
    no container can be.
    """
    name = write_marks(order)
    resources = {
        "cpu": {"units": vcpu},
        "memory": {"size": f"{ram_gib}Gi"},
        "storage": [{"size": f"{order.disk_gib}Gi"}],
        "gpu": {"units": order.offer.gpu.count, "attributes": {"vendor": {"nvidia": [_model(order)]}}},
    }
    audit = {"signedBy": {"anyOf": list(signed_by)}} if signed_by else {}
    price = {"denom": DENOM, "amount": _price(price_uact_per_block)}
    return dump(
        {
            "version": "2.0",
            "services": {SERVICE: _service(order)},
            "profiles": {
                "compute": {SERVICE: {"resources": resources}},
                "placement": {name: audit | {"pricing": {SERVICE: price}}},
            },
            "deployment": {SERVICE: {name: {"profile": SERVICE, "count": 1}}},
        }
    )


def _service(order: MachineOrder) -> dict[str, Any]:
    environment = _environment(order)
    return {
        "image": _image(order),
        "command": ["/bin/sh", "-c"],
        "args": [START],
        **({"env": environment} if environment else {}),
        "expose": [{"port": SSH_PORT, "as": SSH_PORT, "to": [{"global": True}]}],
    }


def _environment(order: MachineOrder) -> list[str]:
    key = [f"{KEY_VARIABLE}={order.ssh_public_key.strip()}"] if order.ssh_public_key else []
    return key + ([f"{USER_DATA_VARIABLE}={_user_data(order.user_data)}"] if order.user_data else [])


def _user_data(text: str) -> str:
    data = text.encode()
    if not text.startswith("#!"):
        raise _refused("a container has no cloud-init, so node.user_data must be a script", "begin it with #!/bin/sh")
    if len(data) > MAX_USER_DATA:
        why = f"node.user_data has {len(data)} bytes, and {MAX_USER_DATA} fit"
        raise _refused(why, "shorten it, or let it fetch the rest")
    return base64.b64encode(data).decode()


def _image(order: MachineOrder) -> str:
    image = DEFAULT_IMAGE if order.image == "default" else order.image
    if not _IMAGE.fullmatch(image):
        raise _refused(
            f"{image[:80]!r} is no container image", "name one in node.image, as in ghcr.io/me/train@sha256:…"
        )
    return image


def _model(order: MachineOrder) -> dict[str, str]:
    """The one model wanted; what the offer does not say of it may be anything."""
    said = order.offer.provider_ref
    model = said.get("model", "").lower()
    if not _MODEL.fullmatch(model):
        raise _refused(f"the offer {order.offer.id} names no GPU model", "ampacity plan SPEC")
    ram, interface = _RAM.fullmatch(said.get("ram", "")), said.get("interface", "").lower()
    kind = next((known for known in ("sxm", "pcie") if interface.startswith(known)), None)
    return {"model": model} | ({"ram": f"{ram[1]}Gi"} if ram else {}) | ({"interface": kind} if kind else {})


def _price(uact_per_block: Decimal) -> str:
    """Rounded down to what the chain keeps, so that it is never above what was approved."""
    if not uact_per_block.is_finite() or not 0 < uact_per_block <= MAX_PRICE:
        raise _refused(f"{uact_per_block} {DENOM} per block is no price", "ampacity plan SPEC")
    price = uact_per_block.quantize(Decimal(1).scaleb(-PRICE_DIGITS), ROUND_DOWN).normalize()
    return f"{price:f}"


def _refused(why: str, fix: str) -> ProviderError:
    return ProviderError(PROVIDER, Failure.INVALID, why, fix=fix)
