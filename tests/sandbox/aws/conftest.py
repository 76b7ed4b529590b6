"""The stand-in in a thread, spoken to by plain boto3."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from ampacity.sandbox.faults import FaultKind, Faults
from ampacity.sandbox.serve import make_app, make_server

REGION = "us-east-1"


class StandIn:
    """Clients that try once, so that every refusal is seen."""

    def __init__(self, endpoint: str, faults: Faults) -> None:
        self.endpoint = endpoint
        self.faults = faults
        self.ec2 = self.client("ec2")
        self.pricing = self.client("pricing")
        self.ssm = self.client("ssm")

    def client(self, service: str, region: str = REGION) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"total_max_attempts": 1}, read_timeout=5, proxies={}),
        )

    def fault(self, kind: FaultKind, machine: str | None = None) -> None:
        self.faults.inject(kind, machine=machine)

    def image(self, architecture: str = "x86_64") -> str:
        name = f"/aws/service/deeplearning/ami/{architecture}/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id"
        return str(self.ssm.get_parameter(Name=name)["Parameter"]["Value"])

    def run(self, **changes: Any) -> dict[str, Any]:
        wanted = {"ImageId": self.image(), "InstanceType": "p5.4xlarge", "MinCount": 1, "MaxCount": 1}
        (made,) = self.ec2.run_instances(**(wanted | changes))["Instances"]
        return dict(made)

    def living(self) -> list[dict[str, Any]]:
        stays = self.ec2.describe_instances()["Reservations"]
        rows = [row for stay in stays for row in stay["Instances"]]
        return [row for row in rows if row["State"]["Name"] != "terminated"]

    def read(self, instance_id: str) -> dict[str, Any]:
        stays = self.ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
        return dict(stays[0]["Instances"][0])


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setenv("AMPACITY_SANDBOX_READY_SECONDS", "0.3")
    monkeypatch.setenv("AMPACITY_SANDBOX_SLOW_SECONDS", "0.5")
    server = make_server(make_app("aws", tmp_path), 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield StandIn(f"http://127.0.0.1:{server.port}", Faults(tmp_path))
    server.shutdown()
    thread.join()
    server.server_close()
