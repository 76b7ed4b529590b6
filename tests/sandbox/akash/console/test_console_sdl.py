"""What the Console makes of an SDL, against the network's own TypeScript client.

The hash is what `generateManifestVersion` of @akashnetwork/chain-sdk 1.0.0-alpha.25 gave for this SDL on
2026-11-21: two services in one group, every kind of number, a volume, and characters that Go escapes.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ampacity.sandbox.akash.console.groups import group_specs
from ampacity.sandbox.akash.console.manifest import manifest_of
from ampacity.sandbox.akash.console.sdl import InvalidSdlError, cpu_milli, read_sdl, size_bytes
from ampacity.sandbox.akash.manifests import canonical

HASH = "f489e31d2c79cb8678048dfa19020adb7f9e5b8ecb8ecac440a4a21f8f55e3d3"
SDL = """
version: "2.1"
services:
  web:
    image: nginx:1.27
    env:
      - A=<b>&c
    expose:
      - port: 8080
        as: 80
        accept: [a.example.com]
        to: [{global: true}]
      - port: 9000
        proto: udp
        to: [{global: true}, {service: api}]
  api:
    image: "ghcr.io/x/api@sha256:abc"
    command: [bash, -c]
    args: ["sleep 1"]
    expose:
      - port: 22
        as: 22
        to: [{global: true}]
    params:
      storage:
        data: {mount: /data, readOnly: true}
profiles:
  compute:
    gpu:
      resources:
        cpu: {units: 0.5}
        memory: {size: 512Mi}
        storage:
          - size: 1.5Gi
          - name: data
            size: 10G
            attributes: {persistent: true, class: beta3}
        gpu:
          units: 1
          attributes:
            vendor:
              nvidia:
                - {model: h100, ram: 80Gi, interface: sxm}
                - model: a100
    small:
      resources:
        cpu: {units: 250m, attributes: {arch: amd64}}
        memory: {size: 1Gi}
        storage: {size: 512Mi}
  placement:
    dc:
      attributes: {host: akash, region: us-west}
      signedBy: {anyOf: [akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63]}
      pricing:
        gpu: {denom: uact, amount: 4268.5}
        small: {denom: uact, amount: 100}
deployment:
  web: {dc: {profile: small, count: 2}}
  api: {dc: {profile: gpu, count: 1}}
"""


def test_the_manifest_is_byte_for_byte_the_networks_own() -> None:
    assert hashlib.sha256(manifest_of(read_sdl(SDL))).hexdigest() == HASH


def test_groups_hold_a_unit_a_profile() -> None:
    (group,) = group_specs(read_sdl(SDL))
    assert [(unit.resource.id, unit.count, unit.resource.gpu) for unit in group.resources] == [(1, 1, 1), (2, 2, 0)]
    gpu, web = group.resources
    assert [row.key for row in gpu.resource.gpu_attributes] == [
        "vendor/nvidia/model/h100/ram/80Gi/interface/sxm",
        "vendor/nvidia/model/a100",
    ]
    assert [way.kind for way in web.resource.endpoints] == ["SHARED_HTTP", "RANDOM_PORT"]
    assert [row.quantity for row in gpu.resource.storage] == [1_610_612_736, 10_000_000_000]


def test_the_recorded_sdl_gives_the_recorded_manifest(vector: Callable[..., Path], recorded: Any) -> None:
    file = vector("akash", "sdl_gpu_basic.yaml")
    manifest: Any = recorded("sdl_gpu_basic.manifest.json")
    assert manifest_of(read_sdl(file.read_text(encoding="utf-8"))) == canonical(manifest)


@pytest.mark.parametrize(
    ("text", "size"), [("1k", 1000), ("5gi", 5_368_709_120), ("1.5Mi", 1_572_864), ("0.3k", 300), ("2T", 2 * 10**12)]
)
def test_sizes_are_whole_bytes(text: str, size: int) -> None:
    assert size_bytes(text) == size


@pytest.mark.parametrize("text", ["", "5", "Gi", "1.2.3k", "-1k", "1x"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(InvalidSdlError):
        size_bytes(text)


@pytest.mark.parametrize(("units", "milli"), [(1, 1000), (0.5, 500), ("250m", 250), ("2", 2000), ("0.1", 100)])
def test_cores_are_counted_in_thousandths(units: float | str, milli: int) -> None:
    assert cpu_milli(units) == milli


def test_escapes_are_those_of_go() -> None:
    assert canonical({"b": "<&>\u2028", "a": "é"}) == b'{"a":"\xc3\xa9","b":"\\u003c\\u0026\\u003e\\u2028"}'
