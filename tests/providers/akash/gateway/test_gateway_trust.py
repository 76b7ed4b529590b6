"""Who a gateway is: known to the web, or else exactly a certificate that its provider has on the chain."""

import socket
import ssl
import time
from typing import Any

import pytest

from ampacity.providers.akash.gateway import GatewayClient, GatewayError, Trouble
from ampacity.providers.akash.values import Address, Dseq, LeaseId

READY = ("200 OK", b'{"services": {"web": {"available": 1, "total": 1}}}')
LEASE = LeaseId(owner=Address("akash1owner"), dseq=Dseq(7), provider=Address("akash1provider"))


class Web:
    """Authorities as a test's web has them, and a name there that leads to this computer."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage
        self.authority = stage.make.authority()

    def trust(self) -> ssl.SSLContext:
        """As `web_trust` makes it, but for whom it knows."""
        made = ssl.create_default_context(cafile=self.authority.file)
        made.minimum_version = ssl.TLSVersion.TLSv1_3
        return made

    def certify(self, *names: str, **days: int) -> Any:
        """A certificate that this web believes."""
        return self._stage.make.for_web(self.authority, *names, **days)

    def connect(self, gateway: Any, **options: Any) -> GatewayClient:
        """A client that believes this web."""
        settings = {"look_up": lambda _name, _port: ["127.0.0.1"], "web_trust": self.trust, **options}
        client: GatewayClient = self._stage.connect(gateway, host="gateway.test", **settings)
        return client


@pytest.fixture
def web(stage: Any) -> Web:
    """A web of its own."""
    return Web(stage)


def _never() -> list[bytes]:
    raise AssertionError("the chain was asked")


def _refuses(client: GatewayClient, trouble: Trouble) -> None:
    with pytest.raises(GatewayError) as refused:
        client.lease_status(LEASE)
    assert refused.value.trouble is trouble


def test_a_self_signed_gateway_is_believed_when_its_certificate_is_on_the_chain(stage: Any) -> None:
    assert stage.connect(stage.says(READY)).lease_status(LEASE).ready


def test_one_of_several_certificates_on_the_chain_is_enough_and_broken_ones_do_not_matter(stage: Any) -> None:
    known = [stage.make.on_chain().der, b"", b"no certificate", stage.own.der]
    assert stage.connect(stage.says(READY), certificates=lambda: known).lease_status(LEASE).ready


def test_a_gateway_that_the_web_knows_needs_no_chain_and_is_told_which_name_is_meant(stage: Any, web: Web) -> None:
    gateway = stage.says(READY)
    gateway.show(web.certify("gateway.test"))
    status = web.connect(gateway, certificates=_never).lease_status(LEASE)
    assert status is not None
    assert status.ready
    assert gateway.names == ["gateway.test"]
    assert f"Host: gateway.test:{gateway.port}\r\n".encode() in gateway.requests[0]


@pytest.mark.parametrize("known", ["nothing", "garbage", "another certificate", "the same name"])
def test_a_certificate_that_is_not_on_the_chain_is_refused_before_a_word_is_said(stage: Any, known: str) -> None:
    gateway = stage.says(READY)
    gateway.show(stage.make.on_chain())
    chain = {"nothing": [], "garbage": [b"\x30\x03abc"], "the same name": [stage.own.der]}
    _refuses(
        stage.connect(gateway, certificates=lambda: chain.get(known, [stage.make.on_chain().der])), Trouble.CERTIFICATE
    )
    assert gateway.requests == []


def test_a_certificate_issued_by_one_on_the_chain_is_still_not_that_one(stage: Any) -> None:
    """A provider may register one that may issue others; a thief of one of those is not the provider."""
    authority = stage.make.authority()
    gateway = stage.says(READY)
    gateway.show(stage.make.issued_by(authority))
    _refuses(stage.connect(gateway, certificates=lambda: [authority.der]), Trouble.CERTIFICATE)
    assert gateway.requests == []


def test_another_certificate_of_the_key_and_name_of_one_on_the_chain_is_still_not_that_one(stage: Any) -> None:
    gateway = stage.says(READY)
    gateway.show(stage.make.again(stage.own))
    _refuses(stage.connect(gateway), Trouble.CERTIFICATE)
    assert gateway.requests == []


@pytest.mark.parametrize("days", [{"age_days": 400, "days": 365}, {"age_days": -10, "days": 365}])
def test_an_expired_or_future_certificate_is_refused_though_it_is_on_the_chain(stage: Any, days: Any) -> None:
    stale = stage.make.on_chain(**days)
    gateway = stage.says(READY)
    gateway.show(stale)
    _refuses(stage.connect(gateway, certificates=lambda: [stale.der]), Trouble.CERTIFICATE)
    assert gateway.requests == []


@pytest.mark.parametrize(
    ("name", "days"),
    [("other.test", {}), ("*.gateway.test", {}), ("gateway.test", {"age_days": 100, "days": 90})],
)
def test_a_certificate_of_the_web_for_another_name_or_time_is_refused(
    stage: Any, web: Web, name: str, days: Any
) -> None:
    gateway = stage.says(READY)
    gateway.show(web.certify(name, **days))
    _refuses(web.connect(gateway), Trouble.CERTIFICATE)
    assert gateway.requests == []


def test_the_name_is_looked_up_once_for_both_ways_of_proof(stage: Any) -> None:
    asked: list[str] = []

    def rebinding(name: str, _port: int) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    gateway = stage.says(READY)
    assert stage.connect(gateway, host="gateway.test", look_up=rebinding).lease_status(LEASE).ready
    assert asked == ["gateway.test"]
    assert gateway.dials == 2


def test_a_public_name_that_leads_to_this_computer_is_never_dialled(stage: Any) -> None:
    gateway = stage.says(READY)
    look_up = lambda _name, _port: ["127.0.0.1"]  # noqa: E731
    _refuses(stage.connect(gateway, host="gateway.test", look_up=look_up, loopback=False), Trouble.ADDRESS)
    assert gateway.dials == 0


def test_the_next_address_is_tried_where_the_first_does_not_answer(stage: Any) -> None:
    gateway = stage.says(READY)
    client = stage.connect(gateway, host="gateway.test", look_up=lambda _name, _port: ["::1", "127.0.0.1"])
    assert client.lease_status(LEASE).ready


def test_an_address_that_never_answers_leaves_time_for_the_next(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.create_connection

    def swallows(address: tuple[str, int], timeout: float) -> socket.socket:
        if address[0] == "::1":
            time.sleep(timeout)
            raise TimeoutError("timed out")
        return connect(address, timeout)

    gateway = stage.says(READY)
    monkeypatch.setattr(socket, "create_connection", swallows)
    client = stage.connect(gateway, host="gateway.test", look_up=lambda *_: ["::1", "127.0.0.1"])
    assert client.lease_status(LEASE).ready


def test_time_spent_on_connecting_is_not_given_again_for_tls(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.create_connection

    def dawdles(address: tuple[str, int], timeout: float) -> socket.socket:
        time.sleep(1.5)
        return connect(address, timeout)

    silent = stage.listen(lambda sock, _: sock.recv(1 << 16) and sock.recv(1), plain=True)
    monkeypatch.setattr(socket, "create_connection", dawdles)
    began = time.monotonic()
    _refuses(stage.connect(silent, limits={"call_seconds": 2.0}), Trouble.SLOW)
    assert time.monotonic() - began < 3


def test_old_tls_is_not_spoken(stage: Any) -> None:
    gateway = stage.says(READY)
    gateway.speak_only(ssl.TLSVersion.TLSv1_2)
    _refuses(stage.connect(gateway), Trouble.UNREACHABLE)
    assert gateway.requests == []


def test_a_gateway_without_tls_is_out_of_reach(stage: Any) -> None:
    plain = stage.listen(lambda sock, _: sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n{}"), plain=True)
    _refuses(stage.connect(plain), Trouble.UNREACHABLE)


def test_trouble_with_the_chain_is_told_as_it_is(stage: Any) -> None:
    with pytest.raises(AssertionError, match="the chain was asked"):
        stage.connect(stage.says(READY), certificates=_never).lease_status(LEASE)
