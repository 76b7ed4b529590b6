"""The SDL's amounts, each read in the one way in which every client reads it.

The official Go and TypeScript clients differ at the edges (one truncates, the other rounds up or
keeps a float's error), and then disagree about the manifest's hash. What they read differently is
refused here with the spelling that they read alike.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar, Self

DENOM = "uact"
MAX_PRICE = Decimal(10_000_000)
PRICE_DIGITS = 18
"""Decimal places that the chain keeps of a price."""

_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_SUFFIXES = {suffix: 1024**power for suffix, power in _BINARY.items()} | {
    suffix: 1000**power for power, suffix in enumerate("kMGTPE", start=1)
}
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)([A-Za-z]*)")
_SHOWN = 40

MI = 1024**2
TI = 1024**4


class Amount(ABC):
    """An amount of the file, as a number of its unit."""

    __slots__ = ("number",)

    def __init__(self, number: int | Decimal) -> None:
        self.number = number

    @classmethod
    @abstractmethod
    def read(cls, found: object) -> Self:
        """The amount that stands in the file. Raises `ValueError` that says what is allowed."""


class CpuUnits(Amount):
    """Thousandths of a CPU: `0.5`, `4`, `500m`."""

    LEAST, MOST = 10, 384_000

    @classmethod
    def read(cls, found: object) -> Self:
        """Raises `ValueError` for what is no share of a CPU, or not within the chain's limits."""
        number, suffix = _split(found, "a number of CPUs such as 4, 0.5 or 500m")
        if suffix not in {"", "m"}:
            raise ValueError(f"{shown(found)} has the unit {suffix}; allowed: none (CPUs) or m (thousandths)")
        milli = number if suffix else number * 1000
        whole = int(milli)
        if whole != milli or (not suffix and float(number) * 1000 != whole):
            raise ValueError(f"{shown(found)} is read differently by different clients; write {round(milli)}m")
        _within(whole, cls.LEAST, cls.MOST, found, "at least 10m and at most 384 CPUs")
        return cls(whole)


class Size(Amount):
    """Bytes with a unit: `512Mi`, `80Gi`, `1T`."""

    LEAST: ClassVar[int]
    MOST: ClassVar[int]
    RANGE: ClassVar[str]

    @classmethod
    def read(cls, found: object) -> Self:
        """Raises `ValueError` for what is no size, or not within the chain's limits."""
        if not isinstance(found, str):
            raise ValueError(f"{shown(found)} has no unit; allowed: a size such as 512Mi, 80Gi or 1Ti")  # noqa: TRY004
        number, suffix = _split(found, "a size such as 512Mi, 80Gi or 1Ti")
        if suffix not in _SUFFIXES:
            raise ValueError(f"{shown(found)}: {_unit_problem(suffix)}; allowed: {', '.join(sorted(_SUFFIXES))}")
        total = number * _SUFFIXES[suffix]
        if total != int(total) or float(number) * _SUFFIXES[suffix] != int(total):
            raise ValueError(f"{shown(found)} is no whole number of bytes; use a smaller unit")
        _within(int(total), cls.LEAST, cls.MOST, found, cls.RANGE)
        return cls(int(total))


class MemorySize(Size):
    """Memory of one replica."""

    LEAST, MOST, RANGE = MI, 2 * TI, "at least 1Mi and at most 2Ti"


class StorageSize(Size):
    """One volume."""

    LEAST, MOST, RANGE = 5 * MI, 32 * TI, "at least 5Mi and at most 32Ti"


class GpuUnits(Amount):
    """GPUs of one replica."""

    MOST = 24

    @classmethod
    def read(cls, found: object) -> Self:
        """Raises `ValueError` for what is no whole number from 0 to 24."""
        text = str(found)
        if isinstance(found, bool) or not re.fullmatch("[0-9]{1,4}", text) or int(text) > cls.MOST:
            raise ValueError(f"is {shown(found)}; allowed: a whole number of GPUs, at most {cls.MOST}")
        if isinstance(found, str) and not int(text):
            raise ValueError('"0" is refused by some clients; write 0 without quotes, or leave `gpu` out')
        return cls(int(text))


class PriceAmount(Amount):
    """The most that one replica may cost: uact per block."""

    @classmethod
    def read(cls, found: object) -> Self:
        """Raises `ValueError` for what is no price within the chain's limits."""
        number, suffix = _split(found, f"a price in {DENOM} per block, such as 4268.5")
        if suffix:
            raise ValueError(f"{shown(found)} has a unit; allowed: a bare number of {DENOM} per block")
        if not 0 < number <= MAX_PRICE:
            raise ValueError(f"is {shown(found)}; allowed: more than 0 and at most {MAX_PRICE:,} {DENOM} per block")
        if number != round(number, PRICE_DIGITS):
            raise ValueError(f"{shown(found)} has more than {PRICE_DIGITS} decimal places, which the chain keeps")
        return cls(number)


class Truth(Amount):
    """`true` or `false`, in quotes or not; the SDL's attributes are all text."""

    @classmethod
    def read(cls, found: object) -> Self:
        """Raises `ValueError` for anything else."""
        words: Mapping[str, int] = {"true": 1, "false": 0}
        text = str(found).lower() if isinstance(found, bool) else str(found)
        if text not in words:
            raise ValueError(f"is {shown(found)}; allowed: true or false")
        return cls(words[text])


class Version(Amount):
    """The SDL's version, in tenths."""

    @classmethod
    def read(cls, found: object) -> Self:
        """Raises `ValueError` for a version that is not spoken, and for one that YAML takes for a number."""
        if not isinstance(found, str):
            raise ValueError(f'{shown(found)} is a number to YAML; allowed: "2.0" or "2.1", in quotes')  # noqa: TRY004
        if found not in {"2.0", "2.1"}:
            raise ValueError(f'is {shown(found)}; allowed: "2.0" or "2.1"')
        return cls(int(found.replace(".", "")))


def read_amount(kind: type, found: object) -> object:
    """msgspec's hook for the kinds of this module."""
    if issubclass(kind, Amount):
        return kind.read(found)
    raise TypeError(f"an SDL holds no {kind.__name__}")


def shown(found: object) -> str:
    """What was found, short enough for a sentence."""
    text = {True: "true", False: "false", None: "empty"}[found] if isinstance(found, bool | None) else str(found)
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _split(found: object, allowed: str) -> tuple[Decimal, str]:
    match = None if isinstance(found, bool) else _NUMBER.fullmatch(str(found))
    if match is None or len(match[1]) > _SHOWN:
        raise ValueError(f"is {shown(found)}; allowed: {allowed}")
    return Decimal(match[1]), match[2]


def _within(number: int, least: int, most: int, found: object, allowed: str) -> None:
    if not least <= number <= most:
        raise ValueError(f"is {shown(found)}; allowed: {allowed}")


def _unit_problem(suffix: str) -> str:
    near = next((known for known in _SUFFIXES if known.lower() == suffix.lower().rstrip("b")), None)
    if not suffix:
        return "has no unit"
    return f"the unit {suffix} is not known" + (f"; {near} is" if near else "")
