"""The Deep Learning AMI: its public parameter, and the image that it names in each region."""

import hashlib
import re
from typing import Any

from .moto_side import Moto
from .wire import Call

_PARAMETER = re.compile(
    r"/aws/service/deeplearning/ami/(x86_64|arm64)/base-oss-nvidia-driver-gpu-ubuntu-\d\d\.04"
    r"/latest/ami-id"
)


def is_known(call: Call) -> bool:
    """Whether a `GetParameter` is about the image's parameter."""
    return _PARAMETER.fullmatch(str(call.parameters.get("Name", ""))) is not None


def get_parameter(call: Call, moto: Moto) -> dict[str, Any]:
    """`GetParameter` for the image's parameter."""
    name = str(call.parameters["Name"])
    architecture = "arm64" if "/arm64/" in name else "x86_64"
    ami = image_id(call.region, architecture)
    add_image(moto.ec2(call.region), ami, architecture)
    return {
        "Parameter": {
            "Name": name,
            "Type": "String",
            "Value": ami,
            "Version": 1,
            "ARN": f"arn:aws:ssm:{call.region}::parameter{name}",
            "DataType": "aws:ec2:image",
        }
    }


def image_id(region: str, architecture: str) -> str:
    """The same image in every run."""
    return "ami-0" + hashlib.sha256(f"dlami/{region}/{architecture}".encode()).hexdigest()[:16]


def add_image(backend: Any, ami: str, architecture: str) -> None:
    """Let the region know the image. moto gives it a root disk of 15 GiB on /dev/sda1."""
    from moto.ec2.models.amis import Ami

    if ami not in backend.amis:
        backend.amis[ami] = Ami(
            backend,
            ami,
            name="Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 24.04) stand-in",
            description="It never boots",
            owner_alias="amazon",
            public=True,
            virtualization_type="hvm",
            architecture=architecture,
            root_device_type="ebs",
            region_name=f"{backend.region_name}a",
        )
