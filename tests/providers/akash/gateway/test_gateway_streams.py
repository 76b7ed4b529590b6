"""Events: a while of a stream, never followed, from a side that may flood, drip or lie."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from ampacity.providers.akash.gateway import Event, GatewayError, Trouble

Talk = Callable[[ServerConnection], None]


class Streamer:
    """A gateway that streams: `port`, and the `paths` and tokens that it was asked with."""

    def __init__(self, pair: Any, talk: Talk) -> None:
        self.paths: list[str] = []
        self.tokens: list[str | None] = []
        self.extensions: list[str | None] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.file)

        def handler(stream: ServerConnection) -> None:
            assert stream.request
            self.paths.append(stream.request.path)
            self.tokens.append(stream.request.headers.get("Authorization"))
            self.extensions.append(stream.request.headers.get("Sec-WebSocket-Extensions"))
            try:
                talk(stream)
            except ConnectionClosed:
                return

        self._server: Server = serve(handler, "127.0.0.1", 0, ssl=context, close_timeout=1)
        self.port: int = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """No thread is left."""
        self._server.shutdown()
        self._thread.join(10)


@pytest.fixture
def streams(stage: Any) -> Iterator[Callable[..., Streamer]]:
    """Starts gateways that stream, with the provider's own certificate or another one."""
    begun: list[Streamer] = []

    def start(talk: Talk, pair: Any = None) -> Streamer:
        begun.append(Streamer(pair or stage.own, talk))
        return begun[-1]

    yield start
    for one in begun:
        one.close()


def _lines(*messages: Any) -> Talk:
    def talk(stream: ServerConnection) -> None:
        for message in messages:
            stream.send(message if isinstance(message, str | bytes) else json.dumps(message))

    return talk


def test_no_compression_is_offered_since_a_small_frame_could_become_a_huge_one(stage: Any, streams: Any) -> None:
    gateway = streams(_lines())
    stage.connect(gateway).events(stage.lease)
    assert gateway.extensions == [None]


def test_events_say_what_happened_to_what(stage: Any, streams: Any) -> None:
    event = {
        "type": "Warning",
        "reason": "BackOff",
        "note": "Back-off pulling image",
        "object": {"kind": "Pod", "namespace": "abc", "name": "web-0"},
    }
    gateway = streams(_lines(event, {"type": None, "object": None}))
    assert stage.connect(gateway).events(stage.lease) == [
        Event(type="Warning", reason="BackOff", note="Back-off pulling image", about="Pod/web-0"),
        Event(type="", reason="", note="", about="/"),
    ]
    assert gateway.paths == ["/lease/27761552/1/1/kubeevents?follow=false"]
    assert gateway.tokens == [f"Bearer {stage.token}"]


def test_lines_are_shown_without_control_characters_and_cut(stage: Any, streams: Any) -> None:
    gateway = streams(_lines({"type": "\x1b[31mweb", "note": "\x1b]52;c;cm0=\x07a\rb" + "x" * 9000}))
    (line,) = stage.connect(gateway).events(stage.lease)
    assert line.type == "web"
    assert line.note.startswith("a bxx")
    assert line.note.isprintable()
    assert len(line.note) == 300


def test_of_more_than_was_asked_for_the_last_is_kept(stage: Any, streams: Any) -> None:
    gateway = streams(_lines(*({"type": "web", "note": str(number)} for number in range(50))))
    assert [line.note for line in stage.connect(gateway).events(stage.lease, most=3)] == ["47", "48", "49"]


def test_a_stream_without_end_is_read_for_a_while_and_what_came_is_kept(stage: Any, streams: Any) -> None:
    def drips(stream: ServerConnection) -> None:
        while True:
            stream.send('{"type": "web", "note": "still here"}')
            time.sleep(0.02)

    began = time.monotonic()
    lines = stage.connect(streams(drips), limits={"stream_seconds": 0.6}).events(stage.lease, most=5)
    assert [line.note for line in lines] == ["still here"] * 5
    assert time.monotonic() - began < 4


def test_a_flood_is_cut_off_by_its_size(stage: Any, streams: Any) -> None:
    def floods(stream: ServerConnection) -> None:
        while True:
            stream.send(json.dumps({"type": "web", "note": "x" * 50_000}))

    began = time.monotonic()
    limits = {"stream_bytes": 200_000, "stream_seconds": 30.0}
    assert len(stage.connect(streams(floods), limits=limits).events(stage.lease)) == 3
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("end", [b"\x88\x02\x03\xe8", b"\xff\x00"], ids=["goodbye", "broken-frame"])
def test_a_side_that_ends_the_stream_but_stays_is_not_waited_for(stage: Any, streams: Any, end: bytes) -> None:
    over = threading.Event()

    def stays(stream: ServerConnection) -> None:
        stream.send('{"type": "web", "note": "last words"}')
        stream.socket.sendall(end)
        over.wait(20)

    began = time.monotonic()
    client = stage.connect(streams(stays), limits={"stream_seconds": 15.0})
    assert [line.note for line in client.events(stage.lease)] == ["last words"]
    assert time.monotonic() - began < 8
    over.set()


def test_a_connection_that_drops_without_goodbye_as_providers_do_after_the_last_line_ends_it(
    stage: Any, streams: Any
) -> None:
    def drops(stream: ServerConnection) -> None:
        stream.send('{"type": "web", "note": "last words"}')
        stream.socket.shutdown(socket.SHUT_WR)

    began = time.monotonic()
    client = stage.connect(streams(drops), limits={"stream_seconds": 15.0})
    assert [line.note for line in client.events(stage.lease)] == ["last words"]
    assert time.monotonic() - began < 8


def test_silence_ends_with_nothing(stage: Any, streams: Any) -> None:
    gateway = streams(lambda stream: stream.recv(timeout=5))
    assert stage.connect(gateway, limits={"stream_seconds": 0.5}).events(stage.lease) == []


def test_a_message_in_many_pieces_is_one_message(stage: Any, streams: Any) -> None:
    gateway = streams(lambda stream: stream.send(iter(['{"type": "web", ', '"note": ', '"whole"}'])))
    assert stage.connect(gateway).events(stage.lease) == [Event(type="web", reason="", note="whole", about="/")]


def test_a_message_of_endless_pieces_is_cut_off(stage: Any, streams: Any) -> None:
    def pieces() -> Iterator[str]:
        while True:
            yield " "

    began = time.monotonic()
    gateway = streams(lambda stream: stream.send(pieces()))
    assert stage.connect(gateway, limits={"frame_bytes": 1000}).events(stage.lease) == []
    assert time.monotonic() - began < 4


def test_one_huge_frame_is_not_taken(stage: Any, streams: Any) -> None:
    gateway = streams(_lines(json.dumps({"type": "web", "note": "x" * 300_000})))
    assert stage.connect(gateway, limits={"frame_bytes": 100_000}).events(stage.lease) == []


@pytest.mark.parametrize("frame", ["", "null", "[]", "{", '{"type": 1}', b"\xff\xfe", '{"x": ' + "[" * 60_000])
def test_a_frame_that_is_no_event_is_nonsense(stage: Any, streams: Any, frame: Any) -> None:
    with pytest.raises(GatewayError) as refused:
        stage.connect(streams(_lines(frame))).events(stage.lease)
    assert refused.value.trouble is Trouble.NONSENSE


@pytest.mark.parametrize(
    ("code", "reason", "trouble"),
    [(4000, "no running pods", Trouble.UNREACHABLE), (4001, "", Trouble.NO_LEASE), (4002, "", Trouble.UNREACHABLE)],
)
def test_why_there_is_nothing_is_told(stage: Any, streams: Any, code: int, reason: str, trouble: Trouble) -> None:
    gateway = streams(lambda stream: stream.close(code, reason))
    with pytest.raises(GatewayError) as refused:
        stage.connect(gateway).events(stage.lease)
    assert refused.value.trouble is trouble
    assert reason in refused.value.why


@pytest.mark.parametrize("code", [1000, 1001, 1011])
def test_a_stream_that_just_ends_was_empty(stage: Any, streams: Any, code: int) -> None:
    assert stage.connect(streams(lambda stream: stream.close(code))).events(stage.lease) == []


@pytest.mark.parametrize(
    ("status", "body", "trouble"),
    [
        ("401 Unauthorized", b'{"message": "JWT is expired"}', Trouble.TOKEN),
        ("404 Not Found", b"", Trouble.NO_LEASE),
        ("302 Found", b"", Trouble.REDIRECT),
        ("200 OK", b"hello", Trouble.REFUSED),
    ],
)
def test_a_refused_stream_is_named_and_a_redirect_is_not_followed(
    stage: Any, status: str, body: bytes, trouble: Trouble
) -> None:
    elsewhere = stage.says(("200 OK", b""))
    gateway = stage.says((status, body, f"Location: https://127.0.0.1:{elsewhere.port}/"))
    with pytest.raises(GatewayError) as refused:
        stage.connect(gateway).events(stage.lease)
    assert refused.value.trouble is trouble
    assert elsewhere.dials == 0


def test_a_token_that_a_refused_stream_repeats_is_not_shown(stage: Any) -> None:
    gateway = stage.says(("418 Teapot", f"you said {stage.token}".encode()))
    with pytest.raises(GatewayError) as refused:
        stage.connect(gateway).events(stage.lease)
    assert stage.token not in str(refused.value)


def test_a_token_in_a_goodbye_is_not_shown(stage: Any, streams: Any) -> None:
    gateway = streams(lambda stream: stream.close(4000, f"bad {stage.token}"))
    with pytest.raises(GatewayError, match=r"bad \*\*\*"):
        stage.connect(gateway).events(stage.lease)


def test_no_handshake_in_time_is_slow(stage: Any) -> None:
    gateway = stage.listen(lambda sock, _: sock.recv(1))
    with pytest.raises(GatewayError) as refused:
        stage.connect(gateway, limits={"stream_seconds": 0.5}).events(stage.lease)
    assert refused.value.trouble is Trouble.SLOW


@pytest.mark.parametrize("raw", [b"garbage\r\n\r\n", b"H" * 100_000, b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n"])
def test_no_handshake_at_all_is_nonsense(stage: Any, raw: bytes) -> None:
    with pytest.raises(GatewayError) as refused:
        stage.connect(stage.listen(lambda sock, _: sock.sendall(raw))).events(stage.lease)
    assert refused.value.trouble is Trouble.NONSENSE


def test_no_stream_is_opened_with_a_gateway_that_cannot_prove_who_it_is(stage: Any, streams: Any) -> None:
    gateway = streams(_lines({"type": "web", "note": "hello"}), stage.make.on_chain())
    with pytest.raises(GatewayError) as refused:
        stage.connect(gateway).events(stage.lease)
    assert refused.value.trouble is Trouble.CERTIFICATE
    assert gateway.tokens == []


def test_nothing_is_logged_that_would_show_the_token(
    stage: Any, streams: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    gateway = streams(_lines({"type": "web", "note": "hello"}))
    caplog.clear()
    stage.connect(gateway).events(stage.lease)
    own = [record for record in caplog.records if record.name != "websockets.server"]
    assert not any(stage.token in record.getMessage() for record in own)
