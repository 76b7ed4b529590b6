"""What the golden cases cannot show, because the two official clients differ there: Go's way is the provider's."""

import json

import pytest

from ampacity.providers.akash.sdl.compile import compile_sdl
from ampacity.providers.akash.sdl.manifest import canonical


def service(text: str) -> dict[str, object]:
    (group,) = json.loads(compile_sdl(text, where="web.yaml").manifest)
    found: dict[str, object] = group["services"][0]
    return found


def test_json_is_written_as_go_writes_it() -> None:
    assert canonical({"b": "<&>\u2028\u2029", "a": [None, 1, "grüß"]}) == (
        b'{"a":[null,1,"gr\xc3\xbc\xc3\x9f"],"b":"\\u003c\\u0026\\u003e\\u2028\\u2029"}'
    )


def test_confidential_computing_is_asked_of_provider_and_container(good: str) -> None:
    text = good.replace("    env:", "    params: {tee: cpu-gpu}\n    env:")
    (group,) = compile_sdl(text, where="web.yaml").groups
    assert [(one.key, one.value) for one in group.attributes] == [("region", "us-west"), ("tee/type", "cpu-gpu")]
    assert service(text)["params"] == {"storage": None, "tee": {"type": "cpu-gpu", "attestation": True}}


def test_what_a_service_may_read_is_passed_on(good: str) -> None:
    text = good.replace("    env:", "    params: {permissions: {read: [logs, events]}}\n    env:")
    assert service(text)["params"] == {"storage": None, "permissions": {"read": ["logs", "events"]}}


def test_a_proxy_buffer_is_told_only_where_it_is_set(good: str) -> None:
    plain, text = service(good), good.replace("as: 80", "as: 80\n        http_options: {proxy_buffer_size: 8192}")
    assert "proxyBufferSize" not in json.dumps(plain)
    assert '"proxyBufferSize": 8192' in json.dumps(service(text))


@pytest.mark.parametrize("port", [8080, 80])
def test_port_80_is_shared_and_every_other_port_is_drawn(good: str, port: int) -> None:
    (group,) = compile_sdl(good.replace("as: 80\n", f"as: {port}\n"), where="web.yaml").groups
    assert [way.kind for way in group.units[0].endpoints] == ["SHARED_HTTP" if port == 80 else "RANDOM_PORT"]


def test_a_port_without_as_is_opened_under_its_own_number(good: str) -> None:
    (group,) = compile_sdl(good.replace("port: 8080\n        as: 80", "port: 80"), where="web.yaml").groups
    assert [way.kind for way in group.units[0].endpoints] == ["SHARED_HTTP"]


def test_a_group_costs_what_its_replicas_cost_together(good: str) -> None:
    (group,) = compile_sdl(good.replace("count: 1", "count: 3"), where="web.yaml").groups
    assert group.price_per_block == 3 * 4268
