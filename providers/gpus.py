"""The GPU catalogue: what models are called here, their memory, board power and aliases.

Memory is what the model is sold with, per GPU. Board power is the vendor's maximum, with where it
was read; a model whose maker publishes none has `None`.

Cards for workstations and players are those that decentralised markets list: names and memory after
akash-network/provider-configs `devices/pcie/gpus.json` at 2d04f4f (2026-06-16), from 12 GiB up.
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


GEFORCE = "NVIDIA GeForce specifications, total graphics power, not read here"

MODELS: tuple[GpuModel, ...] = (
    GpuModel(name="A10", memory_gib=(24,), board_w=150, board_w_source="NVIDIA A10 datasheet"),
    GpuModel(name="A10G", memory_gib=(24,), board_w=300, board_w_source="driver cap, not verified"),
    GpuModel(name="A100", memory_gib=(80, 40), board_w=400, board_w_source="NVIDIA A100 SXM datasheet"),
    GpuModel(name="A40", memory_gib=(48,), board_w=300, board_w_source="NVIDIA A40 datasheet, not read here"),
    GpuModel(
        name="A5000",
        memory_gib=(24,),
        board_w=230,
        board_w_source="NVIDIA RTX A5000 datasheet, not read here",
        aliases=("RTXA5000",),
    ),
    GpuModel(
        name="A6000", memory_gib=(48,), board_w=300, board_w_source="NVIDIA RTX A6000 datasheet", aliases=("RTXA6000",)
    ),
    GpuModel(name="B200", memory_gib=(180,), board_w=1000, board_w_source="NVIDIA B200 figures, 2025"),
    GpuModel(name="B300", memory_gib=(269, 288), board_w=1400, board_w_source="press, 2025"),
    GpuModel(name="GH200", memory_gib=(96,), board_w=None, board_w_source="not published for the GPU alone"),
    GpuModel(name="H100", memory_gib=(80, 94), board_w=700, board_w_source="NVIDIA PB-11133, SXM"),
    GpuModel(name="H200", memory_gib=(141,), board_w=700, board_w_source="vendor pages 2024-26, SXM"),
    GpuModel(
        name="H200NVL", memory_gib=(141,), board_w=600, board_w_source="NVIDIA H200 datasheet, NVL, not read here"
    ),
    GpuModel(name="L4", memory_gib=(24,), board_w=72, board_w_source="NVIDIA L4 datasheet"),
    GpuModel(name="L40S", memory_gib=(48,), board_w=350, board_w_source="NVIDIA L40S datasheet"),
    GpuModel(name="P40", memory_gib=(24,), board_w=250, board_w_source="NVIDIA Tesla P40 datasheet, not read here"),
    GpuModel(
        name="P100", memory_gib=(16,), board_w=250, board_w_source="NVIDIA Tesla P100 PCIe datasheet, not read here"
    ),
    GpuModel(
        name="PRO6000",
        memory_gib=(96,),
        board_w=600,
        board_w_source="NVIDIA RTX PRO 6000 Blackwell datasheets, not read here",
        aliases=("PRO6000SE", "PRO6000WE"),
    ),
    GpuModel(
        name="PRO6000MQ",
        memory_gib=(96,),
        board_w=300,
        board_w_source="NVIDIA RTX PRO 6000 Blackwell Max-Q datasheet, not read here",
    ),
    GpuModel(name="RTX3060", memory_gib=(12,), board_w=170, board_w_source=GEFORCE),
    GpuModel(name="RTX3090", memory_gib=(24,), board_w=350, board_w_source=GEFORCE),
    GpuModel(name="RTX3090Ti", memory_gib=(24,), board_w=450, board_w_source=GEFORCE),
    GpuModel(
        name="RTX4000Ada", memory_gib=(20,), board_w=130, board_w_source="NVIDIA RTX 4000 Ada datasheet, not read here"
    ),
    GpuModel(name="RTX4060Ti", memory_gib=(16,), board_w=165, board_w_source=GEFORCE),
    GpuModel(name="RTX4070", memory_gib=(12,), board_w=200, board_w_source=GEFORCE),
    GpuModel(name="RTX4070S", memory_gib=(12,), board_w=220, board_w_source=GEFORCE, aliases=("RTX4070Super",)),
    GpuModel(name="RTX4070Ti", memory_gib=(12,), board_w=285, board_w_source=GEFORCE),
    GpuModel(name="RTX4080", memory_gib=(16,), board_w=320, board_w_source=GEFORCE),
    GpuModel(name="RTX4080S", memory_gib=(16,), board_w=320, board_w_source=GEFORCE, aliases=("RTX4080Super",)),
    GpuModel(name="RTX4090", memory_gib=(24,), board_w=450, board_w_source=GEFORCE),
    GpuModel(
        name="RTX5000", memory_gib=(16,), board_w=265, board_w_source="NVIDIA Quadro RTX 5000 datasheet, not read here"
    ),
    GpuModel(name="RTX5070", memory_gib=(12,), board_w=250, board_w_source=GEFORCE),
    GpuModel(name="RTX5080", memory_gib=(16,), board_w=360, board_w_source=GEFORCE),
    GpuModel(name="RTX5090", memory_gib=(32,), board_w=575, board_w_source=GEFORCE),
    GpuModel(name="RTX6000", memory_gib=(24,), board_w=260, board_w_source="NVIDIA Quadro RTX 6000 datasheet"),
    GpuModel(
        name="RTX8000", memory_gib=(48,), board_w=295, board_w_source="NVIDIA Quadro RTX 8000 datasheet, not read here"
    ),
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
