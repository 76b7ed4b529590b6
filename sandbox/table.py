"""The one table of stand-ins. Nothing else outside a stand-in's own folder names it."""

STAND_INS: dict[str, str] = {
    "aws": "ampacity.sandbox.aws",
    "lambda": "ampacity.sandbox.lambda_cloud",
}
"""Seller -> module with `create_app(faults, folder)`, served by a process of its own."""
