"""What the chain refuses, by its own codespaces and codes (node v2.1: x/*/types/errors.go, cosmos-sdk/types/errors)."""


class ChainRefusedError(Exception):
    """A message that the chain does not carry out, or a query that it does not answer."""

    def __init__(self, codespace: str, code: int, message: str) -> None:
        super().__init__(message)
        self.codespace = codespace
        self.code = code
        self.message = message


def deployment(code: int, message: str) -> ChainRefusedError:
    """By the module of deployments."""
    return ChainRefusedError("deployment", code, message)


def market(code: int, message: str) -> ChainRefusedError:
    """By the module of orders, bids and leases."""
    return ChainRefusedError("market", code, message)


def escrow(code: int, message: str) -> ChainRefusedError:
    """By the module that holds the money."""
    return ChainRefusedError("escrow", code, message)


def sdk(code: int, message: str) -> ChainRefusedError:
    """By what every chain of this kind has: accounts, fees, signatures."""
    return ChainRefusedError("sdk", code, message)
