"""From settings to what acts by them. Whatever is heavy is imported only here, and only when it is needed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ...core.clock import Clock
from ..base import Offer, OfferQuery, ProviderAuthError, Skip
from .custodies import ManagedWallet as Managed
from .desk import Desk
from .doors import gateway_opener
from .ledger import Ledger
from .names import PROVIDER
from .settings import Settings
from .values import Address

NO_CUSTODY = f"set secrets.api_key (managed wallet) or secrets.mnemonic under [contexts.NAME.providers.{PROVIDER}]"
NO_ACCOUNT = "the context names no account, so it only looks at offers"

NOBODY = Address("")
"""Whose deployments are read where only headers are."""


def open_desk(settings: Settings, clock: Clock) -> Desk:
    """The desk of the account that the settings name. Raises `AmpacityError` where they name none that can be used."""
    ledger = open_ledger(settings)
    return Desk(ledger, gateway_opener(ledger, settings, clock), settings, clock)


def open_ledger(settings: Settings) -> Ledger:
    """The ledger behind the custody. Asks nobody yet."""
    if settings.custody is None:
        raise ProviderAuthError(PROVIDER, NO_ACCOUNT, fix=NO_CUSTODY)
    if isinstance(settings.custody, Managed):
        return _managed(settings, settings.custody.api_key)
    from .chain.signers import open_signer
    from .chain.wallet import OwnWallet

    return OwnWallet(
        settings.chain,
        open_signer(settings.custody),
        gas_price_cap_uakt=settings.gas_price_cap_uakt,
        timeout_seconds=settings.timeout_seconds,
        loopback=settings.loopback,
    )


def read_market(settings: Settings, query: OfferQuery, *, now: datetime) -> Iterator[Offer | Skip]:
    """What the Console says of prices and of who could take an order now."""
    from .console.client import ConsoleApi
    from .console.offers import Ordered, read_offers

    ordered = Ordered(
        vcpu=settings.vcpu,
        ram_gib=settings.ram_gib,
        audited_by=settings.audited_by,
        locations=settings.regions,
        limit_hours=limit_hours(settings),
    )
    api = ConsoleApi(settings.console, None, timeout_seconds=settings.timeout_seconds)
    from .chain.reader import ChainReader

    reader = ChainReader(settings.chain, NOBODY, timeout_seconds=settings.timeout_seconds, loopback=settings.loopback)
    return read_offers(api, query, ordered, now=now, measure=reader.block_time)


def limit_hours(settings: Settings) -> int | None:
    """What the Console is told of a machine without an end; where one pays from a wallet of one's own, nothing."""
    from .console.runtime import LONGEST_HOURS, hours_of

    if not isinstance(settings.custody, Managed):
        return None
    return hours_of(min(settings.deposit_lasts, timedelta(hours=LONGEST_HOURS)))


def _managed(settings: Settings, api_key: str) -> Ledger:
    from .chain.reader import ChainReader
    from .console.client import ConsoleApi
    from .console.wallet import ManagedWallet

    def reads(owner: Address) -> ChainReader:
        return ChainReader(settings.chain, owner, timeout_seconds=settings.timeout_seconds, loopback=settings.loopback)

    return ManagedWallet(ConsoleApi(settings.console, api_key, timeout_seconds=settings.timeout_seconds), reads)
