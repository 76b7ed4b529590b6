"""The engine's messages load without the SDK around them, and leave it usable."""

import subprocess
import sys

PROGRAM = """
import sys
from ampacity.provisioning import protocol
assert protocol.provider_pb2.CreateRequest(urn="x").urn == "x"
heavy = {"pulumi", "pulumi.runtime", "psutil", "dill", "opentelemetry"} & set(sys.modules)
assert not heavy, heavy
import pulumi
assert pulumi.CustomResource
assert pulumi.runtime.settings.resource_pb2 is protocol.resource_pb2
"""


def test_the_sdk_is_not_loaded_for_its_messages_and_can_still_be() -> None:
    subprocess.run([sys.executable, "-P", "-c", PROGRAM], check=True)


def test_driving_the_engine_is_cheap_to_import() -> None:
    program = (
        "import sys, ampacity.provisioning.engine; print({'grpc', 'pulumi', 'google.protobuf'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"
