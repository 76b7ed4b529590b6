"""The error bodies of OpenAPI 1.10.0, with the texts that it gives as defaults."""

from typing import Any


class RefusedError(Exception):
    """A request that is answered with an error body."""

    def __init__(self, status: int, code: str, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        trouble = {"code": code, "message": message}
        self.body: dict[str, Any] = {"error": trouble if suggestion is None else trouble | {"suggestion": suggestion}}


def unauthorized() -> RefusedError:
    """No key, or one that is not known."""
    return RefusedError(
        401,
        "global/invalid-api-key",
        "API key was invalid, expired, or deleted.",
        "Check your API key or create a new one, then try again.",
    )


def invalid(message: str) -> RefusedError:
    """Something in the request is not allowed."""
    return RefusedError(400, "global/invalid-parameters", message)


def sold_out() -> RefusedError:
    """Nothing left of that type in that region."""
    return RefusedError(
        400,
        "instance-operations/launch/insufficient-capacity",
        "Not enough capacity to fulfill launch request.",
    )


def no_such_instance() -> RefusedError:
    """No instance has that id."""
    return RefusedError(404, "global/object-does-not-exist", "Specified instance does not exist.")


def no_such_resource(what: str) -> RefusedError:
    """A launch names what does not exist."""
    return RefusedError(404, "global/object-does-not-exist", f"{what} does not exist.", "Check the name and try again.")


def not_found() -> RefusedError:
    """No such path."""
    return RefusedError(404, "global/not-found", "The requested resource was not found.")
