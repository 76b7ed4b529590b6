"""What the tests of content addressing share: published vectors, odd inputs, a node that runs, a node that lies."""

import hashlib
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ampacity.artifacts.blocks import Block
from ampacity.artifacts.builder import build
from ampacity.artifacts.cid import Cid
from ampacity.artifacts.content import UNIXFS_V1_2025, Content, Profile
from ampacity.engines import Engine


@pytest.fixture(scope="session")
def vectors(vector: Callable[..., Path]) -> Path:
    """The folder of published vectors, which is no part of the repository."""
    return vector("ipfs")


@pytest.fixture
def keystream() -> Callable[[str], Callable[[int], bytes]]:
    """IPIP-499's input: the ChaCha20 keystream under sha256(seed), read on."""

    def of(seed: str) -> Callable[[int], bytes]:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

        key = hashlib.sha256(seed.encode()).digest()
        stream = Cipher(algorithms.ChaCha20(key, bytes(16)), None).encryptor()
        return lambda size: stream.update(bytes(size))

    return of


class Blocks(dict[Cid, bytes]):
    """Blocks in memory, as a source for `verify`."""

    def block(self, cid: Cid) -> bytes | None:
        return self.get(cid)


@pytest.fixture
def blocks_of() -> Callable[..., tuple[Content, Blocks]]:
    """Everything that the builder yields for a path, under any profile."""

    def of(path: Path, profile: Profile = UNIXFS_V1_2025) -> tuple[Content, Blocks]:
        found = Blocks()
        walk = build(path, profile)
        while True:
            try:
                block: Block = next(walk)
            except StopIteration as end:
                return end.value, found
            found[block.cid] = block.data

    return of


@pytest.fixture
def small_profile() -> Profile:
    """Four-byte chunks and three links a node: trees of several levels from a few bytes."""
    return Profile(name="small", chunk_bytes=4, max_links=3, max_directory_block_bytes=300, hamt_fanout=256)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with a bit of everything: hidden, nested, empty, linked."""
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "a.bin").write_bytes(b"alpha")
    (root / "sub" / "b.bin").write_bytes(b"beta")
    (root / ".hidden").write_bytes(b"here too")
    (root / "link").symlink_to("sub/b.bin")
    return root


Answer = tuple[int, bytes]


class FakeNode:
    """A node whose every answer is ours; it keeps the paths and bodies that it was sent."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[bytes], Answer]] = {}
        self.seen: list[str] = []
        self.bodies: list[bytes] = []
        self.url = ""
        self.says("/api/v0/version", b'{"Version":"0.42.0"}')

    def says(self, path: str, body: bytes, status: int = 200) -> None:
        self.answers[path] = lambda _: (status, body)


@pytest.fixture
def fake_node() -> Iterator[FakeNode]:
    """A server on this computer that says what a test tells it to."""
    node = FakeNode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            node.seen.append(self.path)
            body = self._body()
            node.bodies.append(body)
            status, answer = node.answers[self.path.partition("?")[0]](body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            data = b""
            # A client that hangs up in the middle ends its chunks with nothing.
            while size := int(self.rfile.readline() or b"0", 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return data

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hangs up on a lying node does right, and is no news."""
            if not isinstance(sys.exception(), ConnectionError):
                super().handle_error(request, client_address)

    with Server(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        node.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield node
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def kubo_url(engine: Callable[[str], Engine], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Kubo node of its own, offline, for the whole session."""
    from ampacity.sandbox import process
    from ampacity.sandbox.part import KuboPart

    engine("kubo")
    part = KuboPart(folder=tmp_path_factory.mktemp("kubo"))
    part.start()
    running = process.running_in(part.folder)
    assert running
    try:
        while (url := part.endpoint()) is None:
            assert running.alive, (part.folder / process.OUTPUT).read_text()
            threading.Event().wait(0.02)
        yield url
    finally:
        assert process.stop(running, patience_seconds=10)
