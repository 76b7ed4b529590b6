"""Which machines a stand-in has, told at a path that no seller has: a fault can only take away what is there."""

import json
from typing import TYPE_CHECKING, Protocol
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/.sandbox/machines"
ASK_SECONDS = 10.0


class StandIn(Protocol):
    """A seller's stand-in: a WSGI application that knows its machines."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse", /) -> "Iterable[bytes]":
        """Serve one request in the seller's wire format."""
        ...

    def machines(self) -> list[str]:
        """The ids of the machines that `preempt` can take away now."""
        ...


def with_roster(app: StandIn) -> "WSGIApplication":
    """`app`, which also tells its machines at `PATH`. No fault is spent on that."""

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        if environ.get("PATH_INFO") != PATH:
            return app(environ, start_response)
        body = json.dumps(app.machines()).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return serve


def ask_machines(endpoint: str) -> list[str]:
    """The ids of the stand-in that listens at `endpoint`. Raises `OSError` where none answers as it should."""
    opener = build_opener(ProxyHandler({}))  # this computer is reached by no proxy
    try:
        with opener.open(endpoint + PATH, timeout=ASK_SECONDS) as answer:
            return msgspec.json.decode(answer.read(), type=list[str])
    except (URLError, msgspec.MsgspecError) as error:
        raise OSError(str(error)) from error
