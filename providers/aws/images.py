"""Images: `default` is AWS's Deep Learning Base AMI for the region and processor, else an `ami-…`."""

import threading
from typing import TYPE_CHECKING, Any

import msgspec

from ..base import ProviderError
from .clients import Clients
from .failures import invalid, nonsense, translated

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import ImageTypeDef

DEFAULT = "default"

PARAMETER = "/aws/service/deeplearning/ami/{architecture}/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id"
"""Public SSM parameter of the DLAMI (AWS's DLAMI developer guide, "Getting the DLAMI's id")."""


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """What a create call needs to know of an image."""

    id: str
    root_device: str
    min_disk_gib: int


class Images:
    """Images by region, each looked up once. Safe between threads."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._lock = threading.Lock()
        self._found: dict[tuple[str, str, str], Image] = {}

    def resolve(self, wanted: str, region: str, architecture: str) -> Image:
        """The image. Raises `ProviderError`, also for a name that is not AWS's."""
        key = (wanted, region, architecture)
        with self._lock:
            if key not in self._found:
                self._found[key] = self._look_up(wanted, region, architecture)
            return self._found[key]

    def _look_up(self, wanted: str, region: str, architecture: str) -> Image:
        if wanted == DEFAULT:
            ami = self._default(region, architecture)
        elif wanted.startswith("ami-"):
            ami = wanted
        else:
            raise _unknown(wanted)
        with translated(creating=False):
            images = self._clients.ec2(region).describe_images(ImageIds=[ami])["Images"]
        if not images:
            raise _unknown(ami)
        return _read(images[0], ami)

    def _default(self, region: str, architecture: str) -> str:
        name = PARAMETER.format(architecture=architecture)
        with translated(creating=False):
            answer: Any = self._clients.ssm(region).get_parameter(Name=name)
        ami = answer.get("Parameter", {}).get("Value")
        if not isinstance(ami, str) or not ami.startswith("ami-"):
            raise nonsense(f"{name} is no image")
        return ami


def _read(image: "ImageTypeDef", ami: str) -> Image:
    root = image.get("RootDeviceName")
    if not root:
        raise nonsense(f"{ami} has no root device")
    sizes = [
        mapping.get("Ebs", {}).get("VolumeSize", 0)
        for mapping in image.get("BlockDeviceMappings", ())
        if mapping.get("DeviceName") == root
    ]
    return Image(id=ami, root_device=root, min_disk_gib=max(sizes, default=0))


def _unknown(image: str) -> ProviderError:
    return invalid(f"there is no image {image!r}", fix="set node.image in the spec to default or to an ami-… id")
