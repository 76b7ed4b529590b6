"""Sizes, CPUs and prices mean what they say, and what clients read differently is refused."""

import math
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ampacity.providers.akash.sdl.quantities import CpuUnits, MemorySize, PriceAmount, StorageSize

BINARY = {"Ki": 1024, "Mi": 1024**2, "Gi": 1024**3, "Ti": 1024**4}
DECIMAL = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [("5Mi", 5_242_880), ("1G", 1_000_000_000), ("1.5Gi", 1_610_612_736), ("32Ti", 35_184_372_088_832)],
)
def test_a_size_is_so_many_bytes(text: str, size_bytes: int) -> None:
    assert StorageSize.read(text).number == size_bytes


@given(st.integers(1, 10**6), st.sampled_from(sorted(BINARY | DECIMAL)))
def test_a_whole_size_is_its_number_times_its_unit(number: int, unit: str) -> None:
    size_bytes = number * (BINARY | DECIMAL)[unit]
    assume(1024**2 <= size_bytes <= 2 * 1024**4)
    assert MemorySize.read(f"{number}{unit}").number == size_bytes


@given(st.decimals(min_value=0, max_value=10**4, places=3), st.sampled_from(["Mi", "Gi", "M", "G"]))
def test_a_size_that_is_taken_is_the_same_to_a_client_that_rounds_up_and_one_that_cuts_off(
    number: Decimal, unit: str
) -> None:
    product = float(number) * (BINARY | DECIMAL)[unit]
    try:
        size_bytes = MemorySize.read(f"{number}{unit}").number
    except ValueError:
        return
    assert math.ceil(product) == math.floor(product) == size_bytes


@given(st.decimals(min_value=0, max_value=400, places=4))
def test_a_share_of_a_cpu_that_is_taken_is_the_same_to_both_clients(cpus: Decimal) -> None:
    try:
        milli = CpuUnits.read(cpus).number
    except ValueError:
        return
    assert float(cpus) * 1000 == milli


@pytest.mark.parametrize(("found", "milli"), [(4, 4000), ("0.5", 500), ("250m", 250), (Decimal("1.25"), 1250)])
def test_cpus_are_counted_in_thousandths(found: object, milli: int) -> None:
    assert CpuUnits.read(found).number == milli


@pytest.mark.parametrize("found", ["1.0005", "0.5k", "m", "", "1e3", True, None, "1 ", "0x10", "\u0661"])
def test_what_is_no_share_of_a_cpu_is_refused(found: object) -> None:
    with pytest.raises(ValueError, match=r"allowed|write"):
        CpuUnits.read(found)


def test_a_cpu_that_one_client_would_cut_off_is_offered_as_thousandths() -> None:
    # 1.001 * 1000 is 1000.9999999999999 as a float: 1000 to the Go client, and no whole number to the other.
    with pytest.raises(ValueError, match="write 1001m"):
        CpuUnits.read("1.001")
    assert CpuUnits.read("1001m").number == 1001


@pytest.mark.parametrize(
    "found", ["0.1Gi", "1.00000000000000000001Gi", "1gi", "16GB", "1", 1, "-1Gi", "Gi", "1 Gi", "1e3Mi", None]
)
def test_what_is_no_size_is_refused(found: object) -> None:
    with pytest.raises(ValueError, match=r"allowed|whole"):
        MemorySize.read(found)


@given(st.decimals(min_value="0.000000000000000001", max_value=10_000_000, places=18))
def test_a_price_is_exact(price: Decimal) -> None:
    assert PriceAmount.read(f"{price:f}").number == price


@pytest.mark.parametrize("found", ["0", "0.0000000000000000001", "NaN", "Infinity", "-1", "1e3", False])
def test_what_is_no_price_is_refused(found: object) -> None:
    with pytest.raises(ValueError, match=r"allowed|decimal"):
        PriceAmount.read(found)
