"""boto3 clients, one a service and region, made once. The only module that imports boto3."""

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from ..base import Seat
from .failures import translated
from .options import read_endpoint, read_keys, read_options

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.session import Session
    from mypy_boto3_ec2 import EC2Client

PRICING_REGION = "us-east-1"
"""The price list is served in three regions only and holds all of them."""

READ_ATTEMPTS = 3
CONNECT_SECONDS = 5.0
CONNECTIONS = 32


@cache
def _loader() -> Any:
    """One for every seat of this process: to read what AWS can do takes a quarter of a second of work."""
    from botocore.session import get_session

    return get_session().get_component("data_loader")


def _core() -> "Session":
    from botocore.session import get_session

    core = get_session()
    core.register_component("data_loader", _loader())
    return core


class Clients:
    """Clients of one seat. Safe to use from many threads."""

    def __init__(self, seat: Seat) -> None:
        self._endpoint = read_endpoint(seat)
        self._keys = read_keys(seat)
        self._profile = read_options(seat).profile
        self._timeout_seconds = seat.settings.timeout_seconds
        self._stand_in = self._endpoint is not None and seat.loopback
        self._lock = threading.Lock()
        self._session: Any = None
        self._made: dict[tuple[str, str, int], Any] = {}

    def ec2(self, region: str) -> "EC2Client":
        """For calls that may be repeated; botocore repeats them itself."""
        client: EC2Client = self._client("ec2", region, READ_ATTEMPTS)
        return client

    def ec2_once(self, region: str) -> "EC2Client":
        """For creating: every failure is seen, and who calls decides whether to go again."""
        client: EC2Client = self._client("ec2", region, 1)
        return client

    def pricing(self) -> Any:
        """The price list of all regions."""
        return self._client("pricing", PRICING_REGION, READ_ATTEMPTS)

    def ssm(self, region: str) -> Any:
        """Public parameters."""
        return self._client("ssm", region, READ_ATTEMPTS)

    def _client(self, service: str, region: str, attempts: int) -> Any:
        with self._lock, translated(creating=False):
            key = (service, region, attempts)
            if key not in self._made:
                self._made[key] = self._open_session().client(
                    service, region_name=region, endpoint_url=self._endpoint, config=self._config(attempts)
                )
            return self._made[key]

    def _open_session(self) -> Any:
        if self._session is None:
            import boto3

            keys = self._keys
            self._session = boto3.Session(
                botocore_session=_core(),
                aws_access_key_id=keys.access_key_id if keys else None,
                aws_secret_access_key=keys.secret_access_key if keys else None,
                profile_name=None if keys else self._profile,
            )
        return self._session

    def _config(self, attempts: int) -> "Config":
        from botocore.config import Config

        return Config(
            connect_timeout=min(CONNECT_SECONDS, self._timeout_seconds),
            read_timeout=self._timeout_seconds,
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=CONNECTIONS,
            user_agent_extra="ampacity",
            ignore_configured_endpoint_urls=True,  # type: ignore[call-arg]  # only the context says where to
            proxies={} if self._stand_in else None,  # nothing on this computer is behind a proxy
        )
