"""What is for sale: the catalogue's figures, and the prices of a day."""

import tomllib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files

import msgspec

SIXTH_PLACE = Decimal("0.000001")


class SpotRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How spot prices are made up; see the catalogue."""

    share: Decimal
    zone_step: Decimal
    pattern: tuple[Decimal, ...]


class Stock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The catalogue: regions by code, and prices by type and region."""

    source: str
    observed: str
    spot: SpotRule
    regions: dict[str, str]
    usd_per_hour: dict[str, dict[str, Decimal]]

    def spot_usd_per_hour(self, kind: str, zone: str, day: datetime) -> Decimal | None:
        """The price in `zone` on the day of `day`, `None` where the type has no price."""
        listed = self.usd_per_hour.get(kind, {}).get(zone[:-1])
        if listed is None:
            return None
        nth_zone = ord(zone[-1]) - ord("a")
        turn = self.spot.pattern[day.astimezone(UTC).toordinal() % len(self.spot.pattern)]
        return (listed * (self.spot.share + nth_zone * self.spot.zone_step) * turn).quantize(SIXTH_PLACE)


def load_stock() -> Stock:
    """The catalogue of this package."""
    text = files("ampacity.sandbox").joinpath("catalog", "aws.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Stock)


def midnights(since: datetime, until: datetime) -> list[datetime]:
    """Starts of the UTC days from the one that `since` lies in to the one of `until`, newest first."""
    first = since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = (until - first) // timedelta(days=1)
    return [first + timedelta(days=day) for day in range(days, -1, -1)]
