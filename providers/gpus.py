"""The GPU catalogue: what models are called here, their memory, board power and aliases.

Memory is what the model is sold with, per GPU. Board power is the vendor's maximum, with where it
was read; a model whose maker publishes none has `None`.
"""

import re

import msgspec


class GpuModel(msgspec.Struct, frozen=True, kw_only=True):
    """One GPU model."""

    name: str
    memory_gib: tuple[int, ...]
    """The sizes it is sold in, the usual one first."""
    board_w: int | None
    board_w_source: str
    aliases: tuple[str, ...] = ()


MODELS: tuple[GpuModel, ...] = (
    GpuModel(name="A10", memory_gib=(24,), board_w=150, board_w_source="NVIDIA A10 datasheet"),
    GpuModel(name="A10G", memory_gib=(24,), board_w=300, board_w_source="driver cap, not verified"),
    GpuModel(name="A100", memory_gib=(80, 40), board_w=400, board_w_source="NVIDIA A100 SXM datasheet"),
    GpuModel(name="A6000", memory_gib=(48,), board_w=300, board_w_source="NVIDIA RTX A6000 datasheet"),
    GpuModel(name="B200", memory_gib=(180,), board_w=1000, board_w_source="NVIDIA B200 figures, 2025"),
    GpuModel(name="B300", memory_gib=(269, 288), board_w=1400, board_w_source="press, 2025"),
    GpuModel(name="GH200", memory_gib=(96,), board_w=None, board_w_source="not published for the GPU alone"),
    GpuModel(name="H100", memory_gib=(80, 94), board_w=700, board_w_source="NVIDIA PB-11133, SXM"),
    GpuModel(name="H200", memory_gib=(141,), board_w=700, board_w_source="vendor pages 2024-26, SXM"),
    GpuModel(name="L4", memory_gib=(24,), board_w=72, board_w_source="NVIDIA L4 datasheet"),
    GpuModel(name="L40S", memory_gib=(48,), board_w=350, board_w_source="NVIDIA L40S datasheet"),
    GpuModel(name="RTX6000", memory_gib=(24,), board_w=260, board_w_source="NVIDIA Quadro RTX 6000 datasheet"),
    GpuModel(name="T4", memory_gib=(16,), board_w=70, board_w_source="NVIDIA T4 datasheet"),
    GpuModel(name="V100", memory_gib=(16, 32), board_w=300, board_w_source="NVIDIA V100 SXM2 datasheet"),
)

_BY_NAME = {name.lower(): model for model in MODELS for name in (model.name, *model.aliases)}
_NOISE = re.compile(r"nvidia|tesla|quadro|geforce|[\s_]+", re.IGNORECASE)


def find_model(text: str) -> GpuModel | None:
    """The model that `text` names, case and vendor words aside, or `None` if it is not known."""
    return _BY_NAME.get(_NOISE.sub("", text).lower())


def nominal_memory_gib(model: GpuModel, visible_mib: int) -> int:
    """The size sold that is nearest to what the driver shows (L4: 22,888 MiB is the 24 GiB card)."""
    return min(model.memory_gib, key=lambda size: abs(size * 1024 - visible_mib))
