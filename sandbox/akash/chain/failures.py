"""Answers to what cannot be answered: `{code, message, details}` with gRPC's codes."""

HTTP_OF = {2: 500, 3: 400, 5: 404, 6: 409, 7: 403, 9: 400, 12: 501, 13: 500}
"""gRPC's code -> HTTP's status, as grpc-gateway maps them."""


class QueryFailedError(Exception):
    """A query that fails with one of gRPC's codes."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.status = HTTP_OF[code]
        self.body = {"code": code, "message": message, "details": []}


def unknown(message: str) -> QueryFailedError:
    """Something failed inside."""
    return QueryFailedError(2, message)


def bad_input(message: str) -> QueryFailedError:
    """A parameter is wrong."""
    return QueryFailedError(3, message)


def not_found(message: str) -> QueryFailedError:
    """There is none of that id."""
    return QueryFailedError(5, message)


def not_implemented() -> QueryFailedError:
    """No such path, or one of a module version that is not served."""
    return QueryFailedError(12, "Not Implemented")


def no_such(codespace: str, code: int, text: str) -> QueryFailedError:
    """As a module names what it does not find."""
    return not_found(f"codespace {codespace} code {code}: {text}")
