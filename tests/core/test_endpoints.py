"""Which addresses a seller or a node may have."""

import pytest

from ampacity.core.endpoints import check_endpoint
from ampacity.core.errors import UsageError

PUBLIC = [
    "https://api.example.com",
    "https://api.example.com:8443/v1",
    "https://93.184.215.14",
    "https://[2606:4700::1]",
]
LOCAL = [
    "http://127.0.0.1:5001",
    "https://127.0.0.1:5001",
    "http://localhost:80",
    "http://[::1]:80",
    "http://127.8.9.1",
]
NEVER = [
    "http://api.example.com",
    "ftp://api.example.com",
    "file:///etc/passwd",
    "//api.example.com",
    "api.example.com",
    "https://",
    "",
    "https://10.0.0.7",
    "https://192.168.1.1",
    "https://169.254.169.254/latest/meta-data",
    "https://[fd00::1]",
    "https://0.0.0.0",
    "http://0.0.0.0:80",
    "https://[::1",
    "https://api.example.com:99999",
    "http://127.0.0.1.example.com",
    "ftp://127.0.0.1",
]


@pytest.mark.parametrize("loopback", [False, True])
@pytest.mark.parametrize("url", PUBLIC)
def test_a_public_address_by_https_is_always_allowed(url: str, loopback: bool) -> None:
    assert check_endpoint(url, loopback=loopback) == url


@pytest.mark.parametrize("url", LOCAL)
def test_this_computer_is_allowed_only_where_the_context_says_so(url: str) -> None:
    assert check_endpoint(url, loopback=True) == url
    with pytest.raises(UsageError, match="not allowed"):
        check_endpoint(url, loopback=False)


@pytest.mark.parametrize("loopback", [False, True])
@pytest.mark.parametrize("url", NEVER)
def test_plain_http_private_networks_and_what_is_no_url_are_never_allowed(url: str, loopback: bool) -> None:
    with pytest.raises(UsageError) as caught:
        check_endpoint(url, loopback=loopback)
    assert caught.value.code == "AMP-ENDPOINT"


@pytest.mark.parametrize("url", ["https://me:hunter2@api.example.com", "http://hunter2@127.0.0.1"])
def test_a_password_in_an_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_endpoint(url, loopback=True)
    assert "must not carry" in caught.value.why
    assert "hunter2" not in caught.value.why
