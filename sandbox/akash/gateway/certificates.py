"""A provider's own certificate, self-signed as its daemon makes it, and kept for its life.

After go/util/tls/key_pair_manager.go of chain-sdk at 55f1c683: ECDSA P-256, the common name is the account,
the serial number is the time in nanoseconds, and the names it serves are in it.
"""

import ipaddress
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ....core.files import write_atomic

LIFE = timedelta(days=365)
_AUTH_VERSION = x509.ObjectIdentifier("2.23.133.2.6")


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """As it is registered on the chain: both in PEM. `file` holds it with its private key."""

    file: Path
    pem: bytes
    public_key: bytes


def certificate_for(address: str, host: str, folder: Path) -> Certificate:
    """The certificate of `address` for the IP address `host`, made where `folder` has none that is valid."""
    file = folder / f"{address}.pem"
    found = _read(file)
    if found is None or found.not_valid_after_utc < datetime.now(UTC):
        found = _make(address, host, file)
    public = found.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Certificate(file=file, pem=found.public_bytes(serialization.Encoding.PEM), public_key=_as_ec(public))


def server_context(certificate: Certificate) -> ssl.SSLContext:
    """TLS 1.3 with that certificate, as the real gateway insists."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate.file)
    return context


def _read(file: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _make(address: str, host: str, file: Path) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    made = _template(address, host).public_key(key.public_key()).sign(key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomic(file, made.public_bytes(serialization.Encoding.PEM) + secret, mode=0o600)
    return made


def _template(address: str, host: str) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    common = x509.NameAttribute(NameOID.COMMON_NAME, address)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH])
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([common, x509.NameAttribute(_AUTH_VERSION, "v0.0.1")]))
        .issuer_name(x509.Name([common, x509.NameAttribute(_AUTH_VERSION, "v0.0.1")]))
        .serial_number(time.time_ns())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(), critical=True)
        .add_extension(usages, critical=False)
        .add_extension(names, critical=False)
    )


def _key_usage() -> x509.KeyUsage:
    """For encipherment alone, as real ones say."""
    return x509.KeyUsage(
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


def _as_ec(pem: bytes) -> bytes:
    """The chain's registry calls the block an EC public key (x/cert/types: `PemBlkTypeECPublicKey`)."""
    return pem.replace(b"PUBLIC KEY", b"EC PUBLIC KEY")
