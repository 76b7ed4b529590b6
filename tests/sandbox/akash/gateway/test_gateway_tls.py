"""The gateways listen over TLS 1.3, each with the certificate that the chain has for its provider."""

import json
import socket
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509

from ampacity.sandbox.akash.gateway import Gateways
from ampacity.sandbox.akash.gateway.certificates import certificate_for
from ampacity.sandbox.akash.market import Market
from ampacity.sandbox.akash.stock import Bidder
from ampacity.sandbox.faults import Faults


@pytest.fixture
def gateways(market: Market, tmp_path: Path) -> Iterator[Gateways]:
    opened = Gateways(market, tmp_path, ready_seconds=0)
    yield opened
    opened.close()


def shown(uri: str, least: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> bytes | None:
    """The certificate that a listener shows, DER."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = least
    host, port = uri.removeprefix("https://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw, context.wrap_socket(raw) as wrapped:
        return wrapped.getpeercert(binary_form=True)


def test_every_provider_shows_its_registered_certificate(gateways: Gateways, market: Market) -> None:
    providers = list(market.read().providers.values())
    assert len({row.host_uri for row in providers}) == len(providers) == len(market.stock.bidders)
    for row in providers:
        assert row.host_uri.startswith("https://127.0.0.1:")
        assert shown(row.host_uri) == ssl.PEM_cert_to_DER_cert(row.certificates[0].decode())
        names = x509.load_pem_x509_certificate(row.certificates[0]).subject
        assert row.address in [name.value for name in names]
        assert row.public_keys[0].startswith(b"-----BEGIN EC PUBLIC KEY-----\n")


def test_an_older_tls_is_refused(gateways: Gateways, market: Market) -> None:
    row = next(iter(market.read().providers.values()))
    with pytest.raises(ssl.SSLError):
        shown(row.host_uri, ssl.TLSVersion.TLSv1_2)


def test_a_caller_that_says_nothing_holds_up_nobody(gateways: Gateways, market: Market) -> None:
    row = next(iter(market.read().providers.values()))
    host, port = row.host_uri.removeprefix("https://").split(":")
    with socket.create_connection((host, int(port)), timeout=10):
        assert shown(row.host_uri) is not None


def test_whoever_knows_the_certificate_can_ask(gateways: Gateways, market: Market, tmp_path: Path) -> None:
    for row in market.read().providers.values():
        trust = ssl.create_default_context(cadata=row.certificates[0].decode())
        with httpx.Client(verify=trust, base_url=row.host_uri, trust_env=False) as client:
            assert client.get("/address").json() == {"address": row.address}
            assert client.get("/version").json()["akash"]["version"]
            assert client.get("/status").json()["address"] == row.address
            assert client.get("/lease/1/1/1/status").status_code == 401


def test_a_certificate_outlives_a_restart_and_its_key_is_private() -> None:
    with tempfile.TemporaryDirectory() as folder:
        first, again = (certificate_for("akash1x", "127.0.0.1", Path(folder)) for _ in range(2))
        assert first == again
        assert first.file.stat().st_mode & 0o077 == 0


def test_the_status_has_the_recorded_fields(gateways: Gateways, market: Market, recorded: Any) -> None:
    recorded = recorded("provider_status_rest.json")
    row = next(iter(market.read().providers.values()))
    trust = ssl.create_default_context(cadata=row.certificates[0].decode())
    ours = httpx.get(f"{row.host_uri}/status", verify=trust, trust_env=False).json()
    assert ours.keys() == recorded.keys()
    assert ours["cluster"].keys() == recorded["cluster"].keys()
    node, theirs = (value["cluster"]["inventory"]["available"]["nodes"][0] for value in (ours, recorded))
    assert node.keys() == theirs.keys()
    assert node["available"].keys() == theirs["available"].keys()


def test_a_lease_status_has_the_recorded_fields(recorded: Any) -> None:
    from ampacity.sandbox.akash.gateway.workload import Expose, Group, Service, lease_status

    recorded = recorded("provider_lease_status.json")
    web = Service(name="web", count=1, expose=(Expose(port=80, external_port=0, proto="TCP", global_=True),))
    ours = lease_status(Group(name="dc", services=(web,)), "lease", "provider.invalid", ready=True)
    assert recorded.keys() <= ours.keys()
    assert recorded["services"]["web"].keys() <= ours["services"]["web"].keys()
    assert len(ours["services"]["web"]["uris"]) == 1


def test_after_a_restart_a_provider_has_its_certificate_and_its_leases(
    market: Market, tmp_path: Path, bidder: Bidder, owner: Any, manifest: Any
) -> None:
    first = Gateways(market, tmp_path, ready_seconds=0)
    market.deliver(owner.lease(bidder).id, json.dumps(manifest).encode())
    before = market.read().providers[bidder.address]
    first.close()
    again = Market(tmp_path, Faults(tmp_path), market.stock, block_seconds=1, clock=lambda: owner.now[0])
    second = Gateways(again, tmp_path, ready_seconds=0)
    try:
        after = again.read().providers[bidder.address]
        assert after.certificates == before.certificates
        trust = ssl.create_default_context(cadata=after.certificates[0].decode())
        headers = {"Authorization": f"Bearer {owner.token()}"}
        told = httpx.get(f"{after.host_uri}/lease/7/1/1/status", headers=headers, verify=trust, trust_env=False)
        assert told.json()["services"]["gpu"]["available"] == 1
    finally:
        second.close()
