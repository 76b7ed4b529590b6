"""How a lease does, as its provider tells it, and that nothing it tells can hurt."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ampacity
from ampacity.providers.akash.gateway import (
    ForwardedPort,
    GatewayError,
    LeasedIp,
    LeaseStatus,
    Service,
    Trouble,
)
from ampacity.providers.akash.gateway.reading import lease_status

assert ampacity.__file__
WEB = Service(name="web", available=1, total=1)


def _read(value: Any, *, loopback: bool = False) -> LeaseStatus:
    return lease_status(msgspec.json.encode(value), loopback=loopback)


def _ports(*ports: Any) -> LeaseStatus:
    return _read({"forwarded_ports": {"web": list(ports)}})


def _port(**changed: Any) -> dict[str, Any]:
    return {"host": "p.example.com", "port": 22, "externalPort": 30022, "proto": "TCP", "name": "web", **changed}


def test_services_ports_and_addresses_are_read_as_recorded_clients_read_them() -> None:
    status = _read(
        {
            "services": {
                "web": {"name": "web", "available": 1, "total": 1, "uris": ["abc.ingress.example.com"], "replicas": 1}
            },
            "forwarded_ports": {"web": [_port(available=1)]},
            "ips": {"web": [{"Port": 22, "ExternalPort": 22, "Protocol": "TCP", "IP": "8.8.4.4"}]},
        }
    )
    assert status == LeaseStatus(
        services=(Service(name="web", available=1, total=1, uris=("abc.ingress.example.com",)),),
        forwarded_ports=(
            ForwardedPort(service="web", host="p.example.com", port=22, external_port=30022, protocol="TCP"),
        ),
        ips=(LeasedIp(service="web", address="8.8.4.4", port=22, external_port=22, protocol="TCP"),),
    )
    assert status.ready


def test_the_recorded_answer_is_ready_and_served_under_a_name(vector: Callable[..., Path]) -> None:
    status = lease_status(vector("akash", "provider_lease_status.json").read_bytes(), loopback=False)
    assert status.ready
    assert status.services[0].uris == ("rga3h05jetf9h3p6dbk62m19ck.ingress.ewr1p0.mainnet.akashian.io",)
    assert status.left_out == 0


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"services": None, "forwarded_ports": None, "ips": None, "errors": None},
        {"services": {}, "forwarded_ports": {}},
        {"services": {"web": None}, "forwarded_ports": {"web": None}, "ips": {"web": [None]}},
    ],
)
def test_nulls_and_absent_parts_are_nothing_and_nothing_is_not_ready(value: Any) -> None:
    assert _read(value) == LeaseStatus()
    assert not _read(value).ready


def test_a_null_list_in_a_service_is_no_names() -> None:
    assert _read({"services": {"web": {"available": 1, "total": 1, "uris": None}}}).services == (WEB,)


@pytest.mark.parametrize(("available", "total", "ready"), [(0, 1, False), (1, 2, False), (2, 2, True), (0, 0, False)])
def test_a_service_is_ready_when_every_copy_wanted_is_there(available: int, total: int, ready: bool) -> None:
    assert _read({"services": {"web": {"available": available, "total": total}}}).ready is ready


def test_one_service_that_is_not_ready_is_enough_to_wait() -> None:
    services = {"web": {"available": 1, "total": 1}, "db": {"available": 0, "total": 1}}
    assert not _read({"services": services}).ready


def test_an_address_of_a_newer_or_older_provider_is_read_the_same() -> None:
    old = {"port": 80, "external_port": 8080, "protocol": "UDP", "ip": "2001:4860:4860::8888"}
    assert _read({"ips": {"web": [old]}}).ips == (
        LeasedIp(service="web", address="2001:4860:4860::8888", port=80, external_port=8080, protocol="UDP"),
    )


@pytest.mark.parametrize("host", [None, ""])
def test_a_forwarded_port_without_a_host_is_kept_without_one(host: str | None) -> None:
    assert _ports(_port(host=host)).forwarded_ports[0].host is None


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "-oProxyCommand=touch /tmp/owned"},
        {"host": "p.example.com; rm -rf ~"},
        {"host": "$(id).example.com"},
        {"host": "p.example.com\nHost: x"},
        {"host": "root@p.example.com"},
        {"host": "p.example.com:22"},
        {"host": "192.168.1.1"},
        {"host": "127.0.0.1"},
        {"host": "2130706433"},
        {"host": "::ffff:127.0.0.1"},
        {"host": "2001:4860:4860::8888%$(id)"},
        {"host": "a" * 300},
        {"port": 0},
        {"externalPort": 0},
        {"proto": "SCTP"},
        {"proto": None},
        {"proto": "\x1b[2J"},
    ],
)
def test_a_forwarded_port_that_nobody_should_connect_to_is_left_out_and_counted(changed: Any) -> None:
    status = _ports(_port(**changed), _port())
    assert [port.host for port in status.forwarded_ports] == ["p.example.com"]
    assert status.left_out == 1


def test_names_and_addresses_that_nobody_should_connect_to_are_left_out_and_counted() -> None:
    uris = ["ok.example.com", "10.0.0.1", "evil .example.com", "", None, "*.example.com"]
    ips = [
        {"IP": ip, "Port": 1, "ExternalPort": 1, "Protocol": "TCP"}
        for ip in ("10.0.0.1", "name.example.com", "8.8.8.8%0", None)
    ]
    status = _read({"services": {"web": {"available": 1, "total": 1, "uris": uris}}, "ips": {"web": ips}})
    assert status.services[0].uris == ("ok.example.com",)
    assert status.ips == ()
    assert status.left_out == 5 + 4


def test_this_computers_addresses_count_where_the_context_says_loopback() -> None:
    value = {"forwarded_ports": {"web": [_port(host="127.0.0.1")]}}
    assert _read(value, loopback=True).forwarded_ports[0].host == "127.0.0.1"


def test_names_and_problems_are_shown_without_control_characters() -> None:
    status = _read(
        {
            "services": {"w\x1b[31meb\x07": {"available": 1, "total": 1}},
            "errors": ["\x1b]52;c;cm0=\x07disk\nfull", None, ""],
        }
    )
    assert status.services[0].name == "web"
    assert status.problems == ("disk full",)


@pytest.mark.parametrize(
    "value",
    [
        [],
        None,
        "ready",
        {"services": []},
        {"services": {"web": {"available": "1"}}},
        {"services": {"web": {"available": -1}}},
        {"services": {"web": {"total": 1e30}}},
        {"services": {"web": {"total": 10**30}}},
        {"services": {"web": {"uris": "a.example.com"}}},
        {"forwarded_ports": {"web": {"port": 1}}},
        {"forwarded_ports": {"web": [{"port": 65536}]}},
        {"forwarded_ports": {"web": [{"port": 22.5}]}},
        {"forwarded_ports": {"web": [{"host": 7}]}},
        {"ips": {"web": [{"IP": 5}]}},
        {"ips": {"web": [{"IP": "8.8.8.8", "Port": "22"}]}},
        {"ips": {"web": [{"IP": "8.8.8.8", "Port": 70000}]}},
        {"ips": {"web": [{"IP": ["8.8.8.8"]}]}},
        {"errors": "none"},
    ],
)
def test_figures_out_of_range_and_other_types_are_nonsense(value: Any) -> None:
    with pytest.raises(GatewayError) as refused:
        _read(value)
    assert refused.value.trouble is Trouble.NONSENSE


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["services", "forwarded_ports", "ips", "errors", "web", "host", "port", "IP", "uris", "proto"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


def _outcome(data: bytes) -> LeaseStatus | GatewayError:
    try:
        return lease_status(data, loopback=False)
    except GatewayError as error:
        return error


def _shown(outcome: LeaseStatus | GatewayError) -> list[str]:
    if isinstance(outcome, GatewayError):
        return [outcome.why]
    names = [one.name for one in outcome.services] + [port.service for port in outcome.forwarded_ports]
    return [*names, *outcome.problems]


@given(json_values.map(msgspec.json.encode) | st.binary(max_size=200))
def test_anything_is_read_or_is_nonsense_and_whatever_is_shown_is_printable(data: bytes) -> None:
    outcome = _outcome(data)
    assert isinstance(outcome, LeaseStatus) or outcome.trouble is Trouble.NONSENSE
    assert all(text.isprintable() for text in _shown(outcome))


def test_a_lease_is_asked_for_with_our_token_by_its_three_numbers(stage: Any) -> None:
    gateway = stage.says(("200 OK", b'{"services": {"web": {"available": 1, "total": 1}}}'))
    status = stage.connect(gateway).lease_status(stage.lease)
    assert status == LeaseStatus(services=(WEB,))
    head = gateway.requests[0].split(b"\r\n")
    assert head[0] == b"GET /lease/27761552/1/1/status HTTP/1.1"
    assert f"Authorization: Bearer {stage.token}".encode() in head


@pytest.mark.parametrize("body", [b"", b"no deployment for lease"])
def test_a_lease_that_the_provider_does_not_know_is_none(stage: Any, body: bytes) -> None:
    assert stage.connect(stage.says(("404 Not Found", body))).lease_status(stage.lease) is None


def test_a_provider_that_is_down_is_not_a_lease_that_is_gone(stage: Any) -> None:
    with pytest.raises(GatewayError):
        stage.connect(stage.says(("502 Bad Gateway", b""))).lease_status(stage.lease)
