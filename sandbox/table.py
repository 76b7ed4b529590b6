"""The one table of stand-ins. Nothing else outside a stand-in's own folder names it."""

STAND_INS: dict[str, str] = {
    "aws": "ampacity.sandbox.aws",
    "lambda": "ampacity.sandbox.lambda_cloud",
}
"""Seller -> module with `create_app(faults, folder)`, served by a process of its own."""

FILES: dict[str, str] = {
    "own": "ampacity.sandbox.own",
}
"""Seller that is files and no service -> module with `prepare(folder)`, which makes the file that the
context's option `sites` names, and `inject(kind, machine, folder)`."""

SECRETS: dict[str, tuple[str, ...]] = {
    "lambda": ("api_key",),
}
"""Seller -> its throw-away secrets, each a 0600 file of that name that its stand-in makes in its folder."""
