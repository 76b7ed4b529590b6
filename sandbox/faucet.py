"""Play money for an account at a stand-in that is running, asked for at a path that no seller has."""

import json
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

import msgspec

from ..core.errors import MissingError, UsageError
from .reach import DOWN, endpoint_of, folder_of
from .table import FUNDED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/.sandbox/fund"
ASK_SECONDS = 10.0
MAX_ACCOUNT_BYTES = 200


@runtime_checkable
class Faucet(Protocol):
    """A stand-in that keeps accounts."""

    def fund(self, account: str) -> dict[str, str]:
        """Give `account` play money; what it has now, by denomination. Raises `ValueError` for what is no account."""
        ...


def with_faucet(stand_in: object, app: "WSGIApplication") -> "WSGIApplication":
    """`app`, which also gives money at `PATH` where `stand_in` keeps accounts. No fault is spent on that."""
    if not isinstance(stand_in, Faucet):
        return app

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Answers a request to fund, and leaves every other one to `app`."""
        if (environ.get("PATH_INFO"), environ.get("REQUEST_METHOD")) != (PATH, "POST"):
            return app(environ, start_response)
        length = min(int(environ.get("CONTENT_LENGTH") or 0), MAX_ACCOUNT_BYTES)
        try:
            status, body = "200 OK", json.dumps(stand_in.fund(environ["wsgi.input"].read(length).decode("ascii")))
        except ValueError as error:
            status, body = "400 Bad Request", json.dumps(str(error))
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body.encode()]

    return serve


def fund(provider: str, account: str) -> dict[str, str]:
    """Let the stand-in of `provider` give `account` play money; what it has now, in the seller's smallest units.

    Raises `UsageError` for what is no account there, or for a seller that keeps none; `MissingError` for
    one that the sandbox does not have or that does not run.
    """
    folder = folder_of(provider)
    if provider not in FUNDED:
        raise UsageError(
            f"The stand-in of {provider} keeps no accounts",
            why=f"{', '.join(sorted(FUNDED))} does",
            fix="ampacity sandbox status",
            code="AMP-SANDBOX-FUND",
        )
    opener = build_opener(ProxyHandler({}))  # this computer is reached by no proxy
    data = account.encode("ascii", "replace")
    try:
        with opener.open(endpoint_of(provider, folder) + PATH, data, timeout=ASK_SECONDS) as answer:
            return msgspec.json.decode(answer.read(), type=dict[str, str])
    except HTTPError as error:
        raise UsageError(
            f"{provider} has no such account",
            why=msgspec.json.decode(error.read(), type=str),
            fix="ampacity doctor, which names the account of the context",
            code="AMP-SANDBOX-FUND",
        ) from error
    except (URLError, msgspec.MsgspecError) as error:
        raise MissingError(
            f"The stand-in of {provider} does not answer", why=str(error), fix="ampacity sandbox up", code=DOWN
        ) from error
