"""One call: what it asks, and that a hostile answer costs little time and memory and shows nothing."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from ampacity.providers.akash.gateway import GatewayClient, GatewayError, Trouble
from ampacity.providers.akash.values import Address, Dseq, LeaseId
from ampacity.providers.base import Failure

Send = Callable[[Any, bytes], None]
ENDLESS = {"call_seconds": 5.0, "answer_bytes": 256 << 10}
BRIEF = {"call_seconds": 0.5}
READY = ("200 OK", b'{"services": {"web": {"available": 1, "total": 1}}}')
LEASE = LeaseId(owner=Address("akash1owner"), dseq=Dseq(7), provider=Address("akash1provider"))


def _fails(client: GatewayClient) -> GatewayError:
    with pytest.raises(GatewayError) as failed:
        client.lease_status(LEASE)
    return failed.value


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent", "300 Many"]
)
def test_a_redirect_is_never_followed(stage: Any, status: str) -> None:
    elsewhere = stage.says(READY)
    gateway = stage.says((status, b"", f"Location: https://127.0.0.1:{elsewhere.port}/version"))
    assert _fails(stage.connect(gateway)).trouble is Trouble.REDIRECT
    assert elsewhere.dials == 0


def test_a_proxy_of_the_environment_is_not_used(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = stage.listen(lambda sock, _: sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n"), plain=True)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert stage.connect(stage.says(READY)).lease_status(LEASE).ready
    assert proxy.dials == 0


def _endless_body(sock: Any, _request: bytes) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        sock.sendall(b" " * 65536)


def _endless_chunks(sock: Any, _request: bytes) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        sock.sendall(b"1000\r\n" + b" " * 4096 + b"\r\n")


def _endless_promises(sock: Any, _request: bytes) -> None:
    while True:
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def _long_body(sock: Any, _request: bytes) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
    while True:
        sock.sendall(b"[" * 65536)


@pytest.mark.parametrize("send", [_endless_body, _endless_chunks, _endless_promises, _long_body])
def test_an_answer_without_end_is_cut_off(stage: Any, send: Send) -> None:
    assert _fails(stage.connect(stage.listen(send), limits=ENDLESS)).trouble is Trouble.OVERSIZE


def _endless_headers(sock: Any, _request: bytes) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        sock.sendall(b"X-More: " + b"a" * 1000 + b"\r\n")


def _endless_line(sock: Any, _request: bytes) -> None:
    while True:
        sock.sendall(b"H" * 65536)


@pytest.mark.parametrize("send", [_endless_headers, _endless_line])
def test_headers_without_end_are_cut_off(stage: Any, send: Send) -> None:
    assert _fails(stage.connect(stage.listen(send), limits=ENDLESS)).trouble in {Trouble.OVERSIZE, Trouble.NONSENSE}


def _drip(sock: Any, text: bytes) -> None:
    for letter in text:
        sock.sendall(bytes([letter]))
        time.sleep(0.02)


def _slow_head(sock: Any, _request: bytes) -> None:
    _drip(sock, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 10_000)


def _slow_body(sock: Any, _request: bytes) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    _drip(sock, b" " * 10_000)


def _silence(sock: Any, _request: bytes) -> None:
    sock.recv(1)


@pytest.mark.parametrize("send", [_slow_head, _slow_body, _silence])
@pytest.mark.parametrize("plain", [False, True], ids=["over-tls", "instead-of-tls"])
def test_an_answer_that_drips_ends_with_the_whole_calls_time(stage: Any, send: Send, plain: bool) -> None:
    client = stage.connect(stage.listen(send, plain=plain), limits=BRIEF)
    began = time.monotonic()
    assert _fails(client).trouble in ({Trouble.SLOW, Trouble.UNREACHABLE} if plain else {Trouble.SLOW})
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 200 O", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"])
def test_an_answer_that_breaks_off_is_out_of_reach_and_not_half_an_answer(stage: Any, raw: bytes) -> None:
    assert _fails(stage.connect(stage.listen(lambda sock, _: sock.sendall(raw)))).trouble is Trouble.UNREACHABLE


@pytest.mark.parametrize(
    "raw",
    [
        b"garbage\r\n\r\n",
        b"HTTP/0.9 hello\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n{}",
        b"\x16\x03\x01\x00\x00",
    ],
)
def test_what_is_no_http_is_nonsense(stage: Any, raw: bytes) -> None:
    assert _fails(stage.connect(stage.listen(lambda sock, _: sock.sendall(raw)))).trouble is Trouble.NONSENSE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>hello</html>",
        b"null",
        b"[]",
        b'"services"',
        b"{",
        b'{"services": 1}',
        b'{"services": {"web": []}}',
        b'{"services": {"web": {"total": -1}}}',
        b'{"errors": ["\xff\xfe"]}',
        b'{"errors": ["\\ud800"]}',
        b'{"services": NaN}',
        b'{"x": ' + b"[" * 100_000,
        b'{"x":' * 50_000,
        b"\xef\xbb\xbf{}",
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_nonsense(stage: Any, body: bytes) -> None:
    error = _fails(stage.connect(stage.says(("200 OK", body))))
    assert (error.trouble, error.kind) == (Trouble.NONSENSE, Failure.NONSENSE)


def test_a_compressed_answer_is_not_unpacked(stage: Any) -> None:
    gateway = stage.says(("200 OK", b"\x1f\x8b\x08\x00", "Content-Encoding: gzip"))
    assert _fails(stage.connect(gateway)).trouble is Trouble.NONSENSE
    assert b"Accept-Encoding: identity\r\n" in gateway.requests[0]


def test_nobody_listening_is_out_of_reach(stage: Any) -> None:
    gateway = stage.says(("200 OK", b"{}"))
    client = stage.connect(gateway)
    gateway.close()
    gateway.close = lambda: None
    assert _fails(client).kind is Failure.UNREACHABLE


def test_an_error_shows_the_gateways_words_without_control_characters_and_not_all_of_them(stage: Any) -> None:
    words = b"\x1b]0;owned\x07\x1b[31mno\x00\x9b2J \xe2\x80\xaestart\r\n" + b"x" * 100_000
    error = _fails(stage.connect(stage.says(("418 Teapot", words))))
    assert error.trouble is Trouble.REFUSED
    assert error.why.isprintable()
    assert error.why.startswith("HTTP status 418: no")
    assert "owned" not in error.why
    assert "[31m" not in error.why
    assert len(error.why) <= 400


def test_a_token_that_the_gateway_repeats_is_not_shown(stage: Any) -> None:
    gateway = stage.says(("418 Teapot", f"you said {stage.token}, I heard".encode()))
    with pytest.raises(GatewayError) as failed:
        stage.connect(gateway).lease_status(stage.lease)
    assert stage.token not in str(failed.value)
    assert "you said ***, I heard" in failed.value.why


@pytest.mark.parametrize(
    ("status", "body", "trouble", "kind"),
    [
        ("401 Unauthorized", b'{"message": "unauthorized access"}', Trouble.TOKEN, Failure.AUTH),
        ("401 Unauthorized", b'{"message": "JWT is expired"}', Trouble.TOKEN, Failure.AUTH),
        ("400 Bad Request", b'{"message": "JWT has invalid claims"}', Trouble.TOKEN, Failure.AUTH),
        ("400 Bad Request", b'{"message": "invalid authorization header"}', Trouble.TOKEN, Failure.AUTH),
        ("403 Forbidden", b"", Trouble.TOKEN, Failure.AUTH),
        ("400 Bad Request", b"strconv.ParseUint", Trouble.REFUSED, Failure.INVALID),
        ("500 Internal Server Error", b"rpc error: code = Unknown", Trouble.UNREACHABLE, Failure.UNREACHABLE),
        ("503 Service Unavailable", b"kube API unreachable", Trouble.UNREACHABLE, Failure.UNREACHABLE),
        ("429 Too Many Requests", b"", Trouble.UNREACHABLE, Failure.UNREACHABLE),
    ],
)
def test_each_refusal_has_a_name_and_the_gateways_reason(
    stage: Any, status: str, body: bytes, trouble: Trouble, kind: Failure
) -> None:
    with pytest.raises(GatewayError) as failed:
        stage.connect(stage.says((status, body))).lease_status(stage.lease)
    assert (failed.value.trouble, failed.value.kind) == (trouble, kind)
    assert failed.value.status == int(status[:3])
    assert failed.value.code == f"AMP-AKASH-GATEWAY-{trouble.upper()}"
    assert "ampacity recover" in failed.value.fix
