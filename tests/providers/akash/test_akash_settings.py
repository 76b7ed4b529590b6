"""What a context may say: one custody or none, values that can be, and no secret that is ever shown."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ampacity.core.contexts import ProviderSettings
from ampacity.core.errors import UsageError
from ampacity.core.secrets import SecretRef
from ampacity.providers.akash import open_provider
from ampacity.providers.akash.custodies import KeystoreFile, ManagedWallet, Mnemonic, OutsideSigner
from ampacity.providers.akash.opening import limit_hours
from ampacity.providers.akash.settings import Settings, read_settings
from ampacity.providers.base import ProviderAuthError, Seat

AUDITOR = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63"
PUBLIC_KEY = "02" + "ab" * 32


def seat(
    secrets: dict[str, str] | None = None, endpoint: str | None = None, *, loopback: bool = False, **options: str
) -> Seat:
    settings = ProviderSettings(
        endpoint=endpoint, options=options, secrets={name: SecretRef(env="X") for name in secrets or {}}
    )
    return Seat(settings=settings, secrets=secrets or {}, loopback=loopback, clock=lambda: pytest.fail("no clock"))


def read(*parts: Any, **options: Any) -> Settings:
    return read_settings(seat(*parts, **options))


class TestCustody:
    @pytest.mark.parametrize(
        ("secrets", "options", "custody"),
        [
            ({}, {}, None),
            ({"api_key": "k"}, {}, ManagedWallet("k")),
            ({"mnemonic": "a b c"}, {}, Mnemonic("a b c")),
            (
                {},
                {"signer": '["/bin/sign", "--now"]', "public_key": PUBLIC_KEY},
                OutsideSigner(("/bin/sign", "--now"), bytes.fromhex(PUBLIC_KEY)),
            ),
        ],
    )
    def test_each_way_to_hold_a_key_is_named_by_its_own_settings(
        self, secrets: dict[str, str], options: dict[str, str], custody: object
    ) -> None:
        assert read(secrets, **options).custody == custody

    def test_a_keystore_is_a_file_and_its_password(self, tmp_path: Any) -> None:
        custody = read({"password": "p"}, keystore=str(tmp_path / "key.json")).custody
        assert custody == KeystoreFile(tmp_path / "key.json", "p")

    @pytest.mark.parametrize(
        ("secrets", "options", "names"),
        [
            ({"api_key": "k", "mnemonic": "m"}, {}, "api_key and mnemonic"),
            ({"mnemonic": "m"}, {"signer": '["x"]', "public_key": PUBLIC_KEY}, "mnemonic and signer"),
            ({"api_key": "k", "password": "p"}, {}, "belong together"),
            ({}, {"keystore": "key.json"}, "belong together"),
            ({}, {"signer": '["x"]'}, "belong together"),
            ({}, {"public_key": PUBLIC_KEY}, "belong together"),
            ({"seed": "s"}, {}, "not seed"),
        ],
    )
    def test_several_and_halves_are_refused(self, secrets: dict[str, str], options: dict[str, str], names: str) -> None:
        with pytest.raises(UsageError, match=names) as caught:
            read(secrets, **options)
        assert "secrets.api_key" in caught.value.fix

    @pytest.mark.parametrize("signer", ["sign it", "[]", '[""]', '"x"', '["x", 1]'])
    def test_a_signer_is_an_argument_list_and_never_a_shell_line(self, signer: str) -> None:
        with pytest.raises(UsageError, match="signer"):
            read(signer=signer, public_key=PUBLIC_KEY)

    @pytest.mark.parametrize("key", ["04" + "ab" * 64, "02abcd", "zz"])
    def test_a_public_key_is_a_compressed_one(self, key: str) -> None:
        with pytest.raises(UsageError, match="public_key"):
            read(signer='["x"]', public_key=key)

    @pytest.mark.parametrize(
        "custody", [ManagedWallet("hush"), Mnemonic("hush hush"), KeystoreFile(__import__("pathlib").Path("k"), "hush")]
    )
    def test_no_custody_shows_what_it_holds(self, custody: object) -> None:
        assert "hush" not in repr(custody)
        assert "hush" not in f"{custody}"

    def test_without_a_custody_offers_may_be_looked_at_and_an_order_says_what_is_missing(self, order: Any) -> None:
        provider = open_provider(seat())
        with pytest.raises(ProviderAuthError) as caught:
            provider.create(order)
        assert "secrets.api_key" in caught.value.fix


class TestLimits:
    @pytest.mark.parametrize(
        ("secrets", "deposit_hours", "limit"),
        [
            ({"api_key": "k"}, "24", 24),
            ({"api_key": "k"}, "1.5", 2),
            ({"api_key": "k"}, "87600", 8760),
            ({"mnemonic": "a b c"}, "24", None),
            ({}, "24", None),
        ],
    )
    def test_only_the_managed_wallet_ends_what_has_no_end_in_whole_hours(
        self, secrets: dict[str, str], deposit_hours: str, limit: int | None
    ) -> None:
        assert limit_hours(read(secrets, deposit_hours=deposit_hours)) == limit


class TestValues:
    def test_what_is_not_said_is_a_minute_for_bids_a_day_of_deposit_and_the_public_endpoints(self) -> None:
        settings = read()
        assert (settings.bids_last, settings.deposit_lasts) == (timedelta(minutes=1), timedelta(days=1))
        assert (settings.vcpu, settings.ram_gib, settings.audited_by) == (16, 64, ())
        assert settings.gas_price_cap_uakt == Decimal("0.25")
        assert settings.chain.startswith("https://")
        assert settings.console.startswith("https://")

    @pytest.mark.parametrize(
        "options",
        [
            {"gas_price_cap": "0.02"},
            {"gas_price_cap": "11"},
            {"bid_seconds": "0"},
            {"bid_seconds": "301"},
            {"bid_seconds": "nan"},
            {"bid_seconds": "soon"},
            {"deposit_hours": "0"},
            {"deposit_hours": "inf"},
            {"vcpu": "0"},
            {"ram_gib": "1.5"},
            {"audited_by": "cosmos1abc"},
            {"audited_by": AUDITOR[:-1]},
            {"bid_second": "60"},
        ],
    )
    def test_a_value_that_cannot_be_and_a_name_that_is_not_known_are_refused_by_name(
        self, options: dict[str, str]
    ) -> None:
        with pytest.raises(UsageError) as caught:
            read(**options)
        assert next(iter(options)) in caught.value.why

    def test_several_auditors_are_separated_by_commas(self) -> None:
        assert read(audited_by=f"{AUDITOR}, {AUDITOR}").audited_by == (AUDITOR, AUDITOR)

    @pytest.mark.parametrize("where", ["endpoint", "console"])
    @pytest.mark.parametrize("url", ["http://example.com", "https://10.0.0.1", "http://127.0.0.1:1317"])
    def test_endpoints_are_public_https_where_the_context_is_not_local(self, where: str, url: str) -> None:
        with pytest.raises(UsageError) as caught:
            read_settings(seat(endpoint=url) if where == "endpoint" else seat(console=url))
        assert caught.value.code == "AMP-ENDPOINT"

    def test_a_local_context_may_use_this_computer(self) -> None:
        local = read(endpoint="http://127.0.0.1:1317/", console="http://127.0.0.1:1317", loopback=True)
        assert local.chain == local.console == "http://127.0.0.1:1317"
