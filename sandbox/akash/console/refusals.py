"""Error bodies (console: apps/api/src/core/services/hono-error-handler, billing/services/chain-error, d84c9e93d)."""

from http import HTTPStatus
from typing import Any

from ..refusals import ChainRefusedError

_NAMES = {
    HTTPStatus.BAD_REQUEST: ("BadRequestError", "bad_request"),
    HTTPStatus.UNAUTHORIZED: ("UnauthorizedError", "unauthorized"),
    HTTPStatus.PAYMENT_REQUIRED: ("PaymentRequiredError", "unknown_error"),
    HTTPStatus.NOT_FOUND: ("NotFoundError", "not_found"),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("UnprocessableEntityError", "unknown_error"),
}
_CHAIN = {
    "insufficient funds": (HTTPStatus.BAD_REQUEST, "Insufficient funds"),
    "insufficient balance": (
        HTTPStatus.PAYMENT_REQUIRED,
        "Not enough balance to cover the deployment deposit. Add credits or turn on auto recharge to continue.",
    ),
    "deployment closed": (HTTPStatus.BAD_REQUEST, "Deployment closed"),
    "account closed": (HTTPStatus.BAD_REQUEST, "Deployment closed"),
    "bid not open": (
        HTTPStatus.BAD_REQUEST,
        "Cannot create lease: The selected bid is no longer open. Please refresh and select an available bid.",
    ),
    "order not open": (
        HTTPStatus.BAD_REQUEST,
        "Cannot create lease: The associated order has already been matched or closed. "
        "Re-create the deployment to generate a new order and try again.",
    ),
}
"""What the chain's words mean; a refusal without any of them is the Console's own failure."""
TITLES = {"my_create": "Failed to create deployment: ", "my_leases": "Failed to create lease: "}
"""Said before them, by what was sent."""


class RefusedError(Exception):
    """A request that is answered with an error body."""

    def __init__(self, status: HTTPStatus, body: dict[str, Any]) -> None:
        super().__init__(status.phrase)
        self.status = status
        self.body = body


def refused(status: HTTPStatus, message: str) -> RefusedError:
    """As `http-errors` makes them there."""
    error, code = _NAMES[status]
    return RefusedError(status, {"error": error, "message": message, "code": code, "type": "client_error"})


def unfit(path: tuple[str, ...], message: str) -> RefusedError:
    """What the schema of a request does not allow."""
    body = {
        "error": "BadRequestError",
        "message": "Validation error",
        "code": "validation_error",
        "type": "validation_error",
        "data": [{"code": "invalid_type", "path": path, "message": message}],
    }
    return RefusedError(HTTPStatus.BAD_REQUEST, body)


def by_chain(error: ChainRefusedError, title: str) -> RefusedError:
    """A transaction that the chain refused."""
    for clue, (status, message) in _CHAIN.items():
        if clue in error.message.lower():
            return refused(status, f"{title}{message}")
    body = {
        "error": "InternalServerError",
        "message": "Internal server error",
        "code": "internal_server_error",
        "type": "server_error",
    }
    return RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, body)
