"""Which `host_uri` may be called: what a provider writes there is not to be believed."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.providers.akash.gateway import GatewayError, Host, Trouble, check_host_uri


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("https://provider.forgeelectronics.uk:8443", Host(name="provider.forgeelectronics.uk", port=8443)),
        ("https://provider.example.com", Host(name="provider.example.com", port=443)),
        ("https://Provider.Example.com:8443/", Host(name="provider.example.com", port=8443)),
        ("https://xn--bcher-kva.example:8443", Host(name="xn--bcher-kva.example", port=8443)),
        ("https://8.8.8.8:8443", Host(name="8.8.8.8", port=8443)),
        ("https://[2001:4860:4860::8888]:8443", Host(name="2001:4860:4860::8888", port=8443)),
        ("https://[2001:4860:4860:0:0:0:0:8888]", Host(name="2001:4860:4860::8888", port=443)),
    ],
)
def test_a_public_https_host_may_be_called(uri: str, host: Host) -> None:
    assert check_host_uri(uri, loopback=False) == host


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "provider.example.com:8443",
        "http://provider.example.com:8443",
        "ftp://provider.example.com",
        "//provider.example.com:8443",
        "https://",
        "https://:8443",
        "https:///etc/passwd",
        "https://user@provider.example.com:8443",
        "https://provider.example.com:8443@127.0.0.1",
        "https://user:password@provider.example.com:8443",
        "https://provider.example.com:8443/path",
        "https://provider.example.com:8443/../deployment",
        "https://provider.example.com:8443?query=1",
        "https://provider.example.com:8443#fragment",
        "https://provider.example.com:8443\\@127.0.0.1",
        "https://provider.example.com:8443\r\nHost: elsewhere",
        "https://provider.example.com:8443\n",
        " https://provider.example.com:8443",
        "https://provider.exa\tmple.com:8443",
        "https://provider%2eexample.com",
        "https://provider.example.com:0",
        "https://provider.example.com:65536",
        "https://provider.example.com:99999999999",
        "https://provider.example.com:٨٤٤٣",
        "https://provider.example.com:-1",
        "https://provider..example.com",
        "https://.example.com",
        "https://example.com.",
        "https://-example.com",
        "https://example-.com",
        "https://exa_mple.com",
        "https://bücher.example",
        "https://example。com",
        f"https://{'a' * 64}.com",
        f"https://{'a.' * 200}com",
        "https://provider",
        "https://metadata",
    ],
)
@pytest.mark.parametrize("loopback", [False, True])
def test_whatever_is_not_just_https_host_and_port_is_refused(uri: str, loopback: bool) -> None:
    with pytest.raises(GatewayError) as refused:
        check_host_uri(uri, loopback=loopback)
    assert refused.value.trouble is Trouble.ADDRESS


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.1",
        "127.0.1",
        "1.2.3.4.5",
        "1.2.3.04",
        "example.0x7f",
        "example.127",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:8.8.8.8]",
        "[::127.0.0.1]",
        "[64:ff9b::a00:1]",
        "[64:ff9b:1::808:808]",
        "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fe80::1%25eth0]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "[5f00::1]",
        "[127.0.0.1]",
        "[8.8.8.8]",
        "[v1.fe80]",
        "2001:4860:4860::8888",
    ],
)
@pytest.mark.parametrize("loopback", [False, True])
def test_no_form_of_a_private_or_special_address_gets_through(host: str, loopback: bool) -> None:
    with pytest.raises(GatewayError) as refused:
        check_host_uri(f"https://{host}:8443", loopback=loopback)
    assert refused.value.trouble is Trouble.ADDRESS


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "[::1]", "localhost", "LOCALHOST", "provider.localhost"])
def test_this_computer_is_called_only_where_the_context_says_loopback(host: str) -> None:
    assert check_host_uri(f"https://{host}:8443", loopback=True).port == 8443
    with pytest.raises(GatewayError):
        check_host_uri(f"https://{host}:8443", loopback=False)


def test_a_refusal_shows_neither_a_password_nor_terminal_sequences() -> None:
    with pytest.raises(GatewayError) as refused:
        check_host_uri("https://user:hunter2@\x1b[2Jprovider.example.com", loopback=False)
    assert "hunter2" not in str(refused.value)
    assert "user" not in str(refused.value)
    assert str(refused.value).isprintable()


@given(
    st.text(alphabet="https:/.@[]%#?\\ \t\n0123456789abcdefxyzAZ-_", max_size=60).map(lambda text: f"https://{text}")
)
def test_what_is_accepted_means_the_same_host_and_port_to_another_parser(uri: str) -> None:
    try:
        host = check_host_uri(uri, loopback=True)
    except GatewayError:
        return
    other = urlsplit(uri)
    assert (other.username, other.query, other.fragment) == (None, "", "")
    assert other.path in {"", "/"}
    assert (other.port or 443) == host.port
    assert ":" in host.name or other.hostname == host.name
