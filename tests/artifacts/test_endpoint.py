"""Where a node is: URLs and multiaddrs are both taken, and plain http goes no further than this computer."""

import pytest

from ampacity.artifacts.endpoint import multiaddr, node_url
from ampacity.core.errors import UsageError


@pytest.mark.parametrize(
    ("api", "url", "address"),
    [
        ("http://127.0.0.1:5001", "http://127.0.0.1:5001", "/ip4/127.0.0.1/tcp/5001/http"),
        ("http://localhost:5001/api/v0/", "http://localhost:5001", "/dns/localhost/tcp/5001/http"),
        ("http://[::1]:5001", "http://[::1]:5001", "/ip6/::1/tcp/5001/http"),
        ("https://node.example", "https://node.example", "/dns/node.example/tcp/443/https"),
        ("/ip4/127.0.0.1/tcp/5001", "http://127.0.0.1:5001", "/ip4/127.0.0.1/tcp/5001/http"),
        ("/dns4/node.example/tcp/443/https", "https://node.example:443", "/dns/node.example/tcp/443/https"),
        ("/ip6/::1/tcp/5001/http", "http://[::1]:5001", "/ip6/::1/tcp/5001/http"),
    ],
)
def test_both_ways_of_writing_mean_the_same_place(api: str, url: str, address: str) -> None:
    assert node_url(api) == url
    assert multiaddr(url) == address


@pytest.mark.parametrize(
    ("api", "code"),
    [
        ("http://node.example:5001", "AMP-ENDPOINT"),
        ("/ip4/10.0.0.1/tcp/5001", "AMP-ENDPOINT"),
        ("ftp://127.0.0.1:5001", "AMP-ENDPOINT"),
        ("http://127.0.0.1:5001/other", "AMP-IPFS-API"),
        ("http://user:word@127.0.0.1:5001", "AMP-IPFS-API"),
        ("http://127.0.0.1:99999", "AMP-IPFS-API"),
        ("/ip4/127.0.0.1/udp/5001", "AMP-IPFS-API"),
        ("", "AMP-ENDPOINT"),
    ],
)
def test_other_places_are_refused_with_a_code(api: str, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        node_url(api)
    assert caught.value.code == code


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        node_url("http://user:hunter2@127.0.0.1:5001")
    assert "hunter2" not in f"{caught.value} {caught.value.fix}"
