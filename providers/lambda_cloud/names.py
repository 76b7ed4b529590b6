"""What this seller is called, here and in errors, and where it is found."""

from urllib.parse import urlsplit

PROVIDER = "lambda"
DEFAULT_ENDPOINT = "https://cloud.lambda.ai"
API_PATH = "/api/v1"


def api_root(endpoint: str) -> str:
    """Where the API's paths begin: an endpoint without a path of its own gets the seller's."""
    root = endpoint.rstrip("/")
    return root if urlsplit(root).path else root + API_PATH
