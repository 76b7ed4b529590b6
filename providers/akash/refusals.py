"""This seller's errors, each with what goes on."""

from ...core.errors import UsageError
from ..base import Failure, ProviderError
from .names import PROVIDER


def failed(kind: Failure, why: str, fix: str = "") -> ProviderError:
    """A failure in neutral terms; without a `fix` that of its kind."""
    return ProviderError(PROVIDER, kind, why, fix=fix)


def misconfigured(why: str, fix: str = "ampacity context show") -> UsageError:
    """The error for settings that cannot be used."""
    return UsageError(f"The settings of the provider {PROVIDER!r} cannot be used", why=why, fix=fix, code="AMP-CONFIG")
