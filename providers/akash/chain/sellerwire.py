"""The node's answers about providers, who vouches for them, and their certificates, as types."""

from typing import Annotated

import msgspec

from .wire import Attribute, Blob, Page, Text

Uri = Annotated[str, msgspec.Meta(max_length=2048)]


class ProviderRow(msgspec.Struct, frozen=True):
    """A provider's claims about itself."""

    owner: Text
    host_uri: Uri
    attributes: tuple[Attribute, ...] | None = None


class ProviderAnswer(msgspec.Struct, frozen=True):
    """`/akash/provider/v1beta4/providers/{owner}`."""

    provider: ProviderRow


class AuditRow(msgspec.Struct, frozen=True):
    """Who vouches for a provider."""

    owner: Text
    auditor: Text


class AuditPage(Page, frozen=True, kw_only=True):
    """`/akash/audit/v1/audit/attributes/{owner}/list`."""

    providers: tuple[AuditRow, ...] | None = None


class Certificate(msgspec.Struct, frozen=True):
    """`cert` is base64 of PEM."""

    state: Text
    cert: Blob


class CertificateRow(msgspec.Struct, frozen=True):
    """With its serial number, which is not used."""

    certificate: Certificate


class CertificatesPage(Page, frozen=True, kw_only=True):
    """`/akash/cert/v1/certificates/list`."""

    certificates: tuple[CertificateRow, ...] | None = None
