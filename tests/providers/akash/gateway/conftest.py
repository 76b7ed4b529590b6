"""A gateway to talk with: a real TLS listener on this computer that does what a test wants, bytes and all."""

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ampacity.providers.akash.gateway import GatewayClient, Limits
from ampacity.providers.akash.values import Address, Dseq, LeaseId, SellerFacts

PROVIDER = Address("akash1qpy7waukp7nxlcxmwjcgtmyzu2auk3p5dc3gg6")
OWNER = Address("akash18ga02jzaq8cw52anyhzkwta5wygufgu6zsz6xc")
TOKEN = "header.claims.signature"
AUTH_VERSION = x509.ObjectIdentifier("2.23.133.2.6")
DAY = datetime.timedelta(days=1)
QUICK = Limits(
    call_seconds=5.0,
    manifest_seconds=5.0,
    manifest_patience_seconds=5.0,
    first_pause_seconds=0.01,
    longest_pause_seconds=0.02,
    stream_seconds=5.0,
)


class Pair(msgspec.Struct, frozen=True):
    """A certificate with its key, in a file for `ssl`."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    file: Path

    @property
    def der(self) -> bytes:
        """As the chain has it."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


class Maker:
    """Makes certificates into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def on_chain(self, *, days: int = 365, age_days: int = 1, account: str = PROVIDER) -> Pair:
        """As the provider's own tool makes them: account as name, no signing usage, critical name constraints.

        chain-sdk `go/util/tls/key_pair_manager.go`, read 2026-11-21.
        """
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, account), x509.NameAttribute(AUTH_VERSION, "v0.0.1")])
        usage = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
        return self._sign(name, ["gateway.test"], days, age_days, usage=usage, constraints=["gateway.test"])

    def for_web(self, authority: Pair, *names: str, days: int = 90, age_days: int = 1) -> Pair:
        """As a public authority makes them."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        return self._sign(name, names, days, age_days, usage=[ExtendedKeyUsageOID.SERVER_AUTH], by=authority)

    def issued_by(self, parent: Pair) -> Pair:
        """Signed with the key of a certificate that is on the chain, but not on the chain itself."""
        return self._sign(
            parent.certificate.subject, ["gateway.test"], 9, 1, usage=[ExtendedKeyUsageOID.SERVER_AUTH], by=parent
        )

    def again(self, first: Pair) -> Pair:
        """Another certificate of the same key and name."""
        return self._sign(
            first.certificate.subject, ["gateway.test"], 9, 1, usage=[ExtendedKeyUsageOID.SERVER_AUTH], key=first.key
        )

    def authority(self) -> Pair:
        """What a test's web trusts."""
        return self._sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Web")]), [], 90, 1, usage=[])

    def _sign(
        self,
        name: x509.Name,
        hosts: "list[str] | tuple[str, ...]",
        days: int,
        age_days: int,
        *,
        usage: list[x509.ObjectIdentifier],
        by: Pair | None = None,
        constraints: list[str] | None = None,
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> Pair:
        key = key or ec.generate_private_key(ec.SECP256R1())
        begin = datetime.datetime.now(datetime.UTC) - age_days * DAY
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(by.certificate.subject if by else name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + days * DAY)
            .add_extension(x509.BasicConstraints(ca=not usage, path_length=None), critical=True)
        )
        builder = self._extend(builder, hosts, usage, constraints)
        certificate = builder.sign(by.key if by else key, hashes.SHA256())
        return Pair(certificate, key, self._write(certificate, key))

    def _extend(
        self,
        builder: x509.CertificateBuilder,
        hosts: "list[str] | tuple[str, ...]",
        usage: list[x509.ObjectIdentifier],
        constraints: list[str] | None,
    ) -> x509.CertificateBuilder:
        if usage:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
        if hosts:
            names = [_general_name(host) for host in hosts]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        if constraints:
            permitted = [x509.DNSName(host) for host in constraints]
            builder = builder.add_extension(x509.NameConstraints(permitted, None), critical=True)
            builder = builder.add_extension(ENCIPHERMENT, critical=True)
        return builder

    def _write(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Path:
        file = self._folder / f"{certificate.serial_number}.pem"
        encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
        secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
        file.write_bytes(secret + certificate.public_bytes(encoding))
        return file


ENCIPHERMENT = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=True,
    data_encipherment=True,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


Script = Callable[[Any, bytes], None]
"""What a listener does with a connection once it has read a request's head and body."""


class Listener:
    """Takes connections one after another. Without a certificate it speaks no TLS and reads nothing by itself."""

    def __init__(self, pair: Pair | None, script: Script) -> None:
        self.requests: list[bytes] = []
        self.dials = 0
        self.names: list[str | None] = []
        self.script = script
        self._context = self._tls(pair) if pair else None
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)  # a failed test must not hang the rest
        self._thread.start()

    def _tls(self, pair: Pair) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.file)
        context.sni_callback = lambda _sock, name, _context: self.names.append(name)
        return context

    def show(self, pair: Pair) -> None:
        """Another certificate from now on."""
        self._context = self._tls(pair)

    def speak_only(self, version: ssl.TLSVersion) -> None:
        """No other TLS from now on."""
        assert self._context
        self._context.minimum_version, self._context.maximum_version = ssl.TLSVersion.TLSv1_2, version

    def close(self) -> None:
        """No more connections; the last script has ended."""
        self._over.set()
        with socket.socket() as last:
            last.connect(("127.0.0.1", self.port))
            self._thread.join(10)
        self._socket.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        while True:
            raw, _ = self._socket.accept()
            with raw:
                if self._over.is_set():
                    return
                self.dials += 1
                raw.settimeout(10)
                self._talk(raw)

    def _talk(self, raw: socket.socket) -> None:
        try:
            if self._context is None:
                return self.script(raw, b"")
            with self._context.wrap_socket(raw, server_side=True) as sock:
                request = _read_request(sock)
                if request:
                    self.requests.append(request)
                    self.script(sock, request)
        except OSError:
            return None  # the other side hung up, which is what many tests want of it


def _read_request(sock: ssl.SSLSocket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = int(lengths[0].partition(b":")[2]) if lengths else 0
    while len(rest) < wanted:
        rest += sock.recv(65536)
    return head + b"\r\n\r\n" + rest


def _answer(status: str, body: bytes, headers: tuple[str, ...]) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Stage:
    """A provider with a certificate on the chain, gateways that claim to be its, and clients that call them."""

    def __init__(self, folder: Path) -> None:
        self.make = Maker(folder)
        self.own = self.make.on_chain()
        self.token = TOKEN
        self.lease = LeaseId(owner=OWNER, dseq=Dseq(27761552), provider=PROVIDER)
        self._begun: list[Listener] = []

    def listen(self, script: Script, *, plain: bool = False) -> Listener:
        """A gateway with the provider's own certificate, or (plain) without TLS."""
        self._begun.append(Listener(None if plain else self.own, script))
        return self._begun[-1]

    def says(self, *answers: tuple[Any, ...]) -> Listener:
        """A gateway that gives whole answers, `(status, body, *headers)`, one a connection, the last for ever."""
        left = [_answer(status, body, tuple(headers)) for status, body, *headers in answers]
        return self.listen(lambda sock, _request: sock.sendall(left.pop(0) if len(left) > 1 else left[0]))

    def connect(
        self, listener: Listener, *, host: str = "127.0.0.1", limits: Any = None, **options: Any
    ) -> GatewayClient:
        """A client of the provider whose `host_uri` is the listener's."""
        facts = SellerFacts(address=PROVIDER, host_uri=f"https://{host}:{listener.port}")
        settings: dict[str, Any] = {"certificates": lambda: [self.own.der], "token": lambda: TOKEN, "loopback": True}
        quick = msgspec.structs.replace(QUICK, **(limits or {}))
        return GatewayClient(facts, **{**settings, "limits": quick, **options})

    def close(self) -> None:
        """No gateway is left."""
        for one in self._begun:
            one.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Ends with every gateway closed."""
    made = Stage(tmp_path)
    yield made
    made.close()
