"""What forces a replacement of a machine, as one digest shared by plan, apply and the plugin's tokens."""

import msgspec

from ..core.digests import Digest, digest_of
from ..providers.base import Offer


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine was made with, as far as it may be told: what runs on it is only in its digest."""

    image: str
    disk_gib: int
    ssh_public_key: str | None


class ReplaceInputs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Change one of these and the machine must be made anew."""

    offer: str
    """The offer's `key`: provider, region, zone, sku, market."""
    image: str
    disk_gib: int
    ssh_public_key: str | None
    user_data: Digest | None
    definition: Digest | None = None


def replace_digest(
    offer: Offer,
    *,
    image: str,
    disk_gib: int,
    ssh_public_key: str | None,
    user_data: Digest | None,
    definition: Digest | None = None,
) -> Digest:
    """The digest of everything that forces a replacement. A definition stands instead of image and user-data."""
    if definition is not None:
        image, user_data = "default", None
    return digest_of(
        ReplaceInputs(
            offer=offer.key,
            image=image,
            disk_gib=disk_gib,
            ssh_public_key=ssh_public_key,
            user_data=user_data,
            definition=definition,
        )
    )
