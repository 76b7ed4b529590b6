"""What a context may say of this seller, checked."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import msgspec

from ...core.endpoints import check_endpoint
from ...core.errors import UsageError
from ...core.shapes import ready
from ..base import Seat
from .names import PROVIDER

DEFAULT_REGIONS = ("us-east-1", "us-east-2", "us-west-2")
"""Where AWS sells most GPU types: asked when the context names no region."""

KEYS = {"access_key_id", "secret_access_key"}
STAND_IN_KEY = "stand-in"


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`profile` is one of the vendor's own; the security group is a name in every default VPC.

    Without a security group AWS takes the VPC's default, which lets no SSH in.
    """

    profile: str | None = None
    ssh_user: str = "ubuntu"
    security_group: str | None = None


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """An access key. Its secret half is never shown."""

    access_key_id: str
    secret_access_key: str

    def __repr__(self) -> str:
        return "Keys(…)"


def read_options(seat: Seat) -> Options:
    """The seat's options. Raises `UsageError` for a key that is not known."""
    try:
        return msgspec.convert(seat.settings.options, ready(Options))
    except msgspec.ValidationError as error:
        raise _refused(str(error)) from error


def read_endpoint(seat: Seat) -> str | None:
    """The checked endpoint for all services, `None` for AWS's own."""
    endpoint = seat.settings.endpoint
    return None if endpoint is None else check_endpoint(endpoint, loopback=seat.loopback)


def read_keys(seat: Seat) -> Keys | None:
    """The keys the context names; a made-up pair for a stand-in, so that no real one goes there; else `None`."""
    names = set(seat.secrets)
    if names == KEYS:
        return Keys(access_key_id=seat.secrets["access_key_id"], secret_access_key=seat.secrets["secret_access_key"])
    if names:
        raise _refused(f"secrets are {' and '.join(sorted(KEYS))} or none, not {', '.join(sorted(names))}")
    if seat.loopback and seat.settings.endpoint is not None:
        return Keys(access_key_id=STAND_IN_KEY, secret_access_key=STAND_IN_KEY)
    return None


def read_regions(seat: Seat) -> tuple[str, ...]:
    """The regions this context uses."""
    return seat.settings.regions or DEFAULT_REGIONS


def matching(regions: Sequence[str], globs: Sequence[str]) -> list[str]:
    """Those of `regions` that a glob names; all of them where there is none."""
    return [region for region in regions if not globs or any(fnmatchcase(region, glob) for glob in globs)]


def _refused(why: str) -> UsageError:
    return UsageError(
        f"The settings of the provider {PROVIDER!r} cannot be used",
        why=why,
        fix="ampacity context show",
        code="AMP-CONFIG",
    )
