"""HTTP with any seller: an answer is short, comes soon and is this seller's own, or it is none."""

import socketserver
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from ampacity.providers import http
from ampacity.providers.base import Failure, ProviderAuthError, ProviderError
from ampacity.providers.http import Answer, Link, NotSentError, UnreadableError, check_key

Says = Callable[[httpx.Request], httpx.Response]
SELLER = "https://seller.example"


def link(says: Says, **settings: Any) -> Link:
    """A way to a seller that answers as `says` does."""
    return Link("seller", SELLER, transport=httpx.MockTransport(says), **{"timeout_seconds": 5.0, **settings})


def fails(error: Exception) -> Says:
    def says(request: httpx.Request) -> httpx.Response:
        raise error

    return says


class Listener(socketserver.ThreadingTCPServer):
    """Takes down the first line of every connection, and answers it with an empty 200."""

    daemon_threads = True

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        super().__init__(("127.0.0.1", 0), Taker)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Taker(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Listener)
        self.server.lines.append(self.rfile.readline().strip())
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@pytest.fixture
def listener(serve: Callable[[Listener], Listener]) -> Listener:
    return serve(Listener())


@pytest.fixture(autouse=True)
def no_proxy_of_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_an_answer_comes_whatever_its_status() -> None:
    asked: list[httpx.Request] = []

    def says(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(404, content=b"no")

    sent = link(says, headers={"Accept": "application/json"}).send(
        "POST", "/v1/things", query={"page": "2"}, body={"a": 1}, headers={"X-Key": "k"}
    )
    assert sent == Answer(status=404, body=b"no")
    assert str(asked[0].url) == f"{SELLER}/v1/things?page=2"
    assert asked[0].content == b'{"a":1}'
    assert (asked[0].headers["accept"], asked[0].headers["x-key"]) == ("application/json", "k")


def test_nothing_packed_is_asked_for() -> None:
    """A small body could unpack to a huge one."""
    packing: list[str] = []

    def says(request: httpx.Request) -> httpx.Response:
        packing.append(request.headers["accept-encoding"])
        return httpx.Response(200)

    link(says).send("GET", "/")
    assert packing == ["identity"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12", 12.0), ("0", 0.0), ("Fri, 31 Dec 1999 23:59:59 GMT", None), ("-1", None), ("1.5", None), ("\xb2", None)],
)
def test_a_wait_is_read_where_it_is_given_in_whole_seconds(text: str, seconds: float | None) -> None:
    answer = link(lambda request: httpx.Response(429, headers=[(b"Retry-After", text.encode("latin-1"))])).send(
        "GET", "/"
    )
    assert answer.retry_after_seconds == seconds


def test_a_redirect_is_an_answer_like_any_other() -> None:
    asked = []

    def says(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(307, headers={"Location": "/elsewhere"})

    assert link(says).send("GET", "/here").status == 307
    assert asked == ["/here"]


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
@pytest.mark.parametrize("once", [False, True])
def test_without_a_connection_nothing_was_done(kind: type[httpx.TransportError], once: bool) -> None:
    with pytest.raises(NotSentError) as lost:
        link(fails(kind("no route"))).send("POST", "/", once=once)
    assert lost.value.kind is Failure.UNREACHABLE
    assert lost.value.definite


@pytest.mark.parametrize("kind", [httpx.ReadTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError])
@pytest.mark.parametrize(("once", "failure"), [(False, Failure.UNREACHABLE), (True, Failure.UNKNOWN_OUTCOME)])
def test_a_lost_answer_is_in_doubt_where_the_call_must_not_be_sent_twice(
    kind: type[httpx.TransportError], once: bool, failure: Failure
) -> None:
    with pytest.raises(ProviderError, match="gone") as lost:
        link(fails(kind("gone"))).send("POST", "/", once=once)
    assert lost.value.kind is failure
    assert not isinstance(lost.value, NotSentError)


@pytest.mark.parametrize(("once", "failure"), [(False, Failure.UNREACHABLE), (True, Failure.UNKNOWN_OUTCOME)])
def test_an_answer_without_an_end_is_cut_off(monkeypatch: pytest.MonkeyPatch, once: bool, failure: Failure) -> None:
    monkeypatch.setattr(http, "MAX_BYTES", 1000)
    given = []

    def pieces() -> Iterator[bytes]:
        while True:
            given.append(100)
            yield b"x" * 100

    with pytest.raises(UnreadableError, match="more than 1000 bytes") as refused:
        link(lambda request: httpx.Response(200, content=pieces())).send("GET", "/", once=once)
    assert refused.value.kind is failure
    assert sum(given) == 1100


def test_the_longest_answer_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BYTES", 1000)
    assert link(lambda request: httpx.Response(200, content=b"x" * 1000)).send("GET", "/").body == b"x" * 1000


def test_a_body_that_is_not_packed_as_it_says_cannot_be_read() -> None:
    packed = [("Content-Encoding", "gzip"), ("Content-Length", "5")]

    class Liar(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"plain"

    with pytest.raises(UnreadableError):
        link(lambda request: httpx.Response(200, headers=packed, stream=Liar())).send("GET", "/")


def test_an_answer_that_drips_is_not_waited_for_to_its_end() -> None:
    def drips() -> Iterator[bytes]:
        for _ in range(1000):
            time.sleep(0.01)
            yield b"x"

    started = time.monotonic()
    with pytest.raises(ProviderError, match="too slowly") as lost:
        link(lambda request: httpx.Response(200, content=drips()), timeout_seconds=0.05).send("GET", "/")
    assert lost.value.kind is Failure.UNREACHABLE
    assert time.monotonic() - started < 5  # the whole of it takes ten


def test_what_an_outsider_caused_is_shown_on_one_clean_line() -> None:
    with pytest.raises(ProviderError) as lost:
        link(fails(httpx.RemoteProtocolError("\x1b[2Jgone\n" + "x" * 999))).send("GET", "/")
    assert lost.value.why.isprintable()
    assert len(lost.value.why) == 300


def test_this_computer_is_asked_directly_and_not_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert Link("seller", listener.url, timeout_seconds=5).send("GET", "/here").status == 200
    assert listener.lines == [b"GET /here HTTP/1.1"]


def test_a_seller_elsewhere_is_asked_through_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", listener.url)
    with pytest.raises(ProviderError):  # there is no TLS behind this proxy
        Link("seller", SELLER, timeout_seconds=5).send("GET", "/")
    assert listener.lines == [b"CONNECT seller.example:443 HTTP/1.1"]


def test_no_connection_is_used_twice(listener: Listener) -> None:
    """A stale one would lose the answer to a call that spends."""
    seller = Link("seller", listener.url, timeout_seconds=5)
    seller.send("GET", "/1")
    seller.send("GET", "/2")
    assert [line.split()[1] for line in listener.lines] == [b"/1", b"/2"]


@pytest.mark.parametrize("key", ["", None, "a b", "a\nb", "a\x00b", "schlüssel", "x" * 513])
def test_what_is_no_key_is_refused_and_not_shown(key: str | None) -> None:
    with pytest.raises(ProviderAuthError) as refused:
        check_key("seller", key, fix="set it")
    assert refused.value.fix == "set it"
    assert not key or key not in str(refused.value)


def test_a_key_is_taken_as_it_is() -> None:
    assert check_key("seller", "ac.sk-1_~!", fix="") == "ac.sk-1_~!"
