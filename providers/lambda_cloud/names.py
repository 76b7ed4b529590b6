"""What this seller is called, here and in errors."""

PROVIDER = "lambda"
DEFAULT_ENDPOINT = "https://cloud.lambda.ai/api/v1"
