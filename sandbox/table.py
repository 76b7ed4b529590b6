"""The one table of stand-ins. Nothing else outside a stand-in's own folder names it."""

STAND_INS: dict[str, str] = {
    "akash": "ampacity.sandbox.akash",
    "aws": "ampacity.sandbox.aws",
    "lambda": "ampacity.sandbox.lambda_cloud",
}
"""Seller -> module with `create_app(faults, folder)`, served by a process of its own."""

FILES: dict[str, str] = {
    "own": "ampacity.sandbox.own",
}
"""Seller that is files and no service -> module with `prepare(folder)`, which makes the file that the
context's option `sites` names, and `inject(kind, machine, folder)`."""

PARTICULAR: dict[str, tuple[str, ...]] = {
    "akash": ("reclaim", "run-dry", "dark", "withdrawn", "fails-later", "other-version"),
}
"""Seller -> faults that its stand-in alone can show, beside those that all can."""

FUNDED = frozenset({"akash"})
"""Sellers whose stand-in keeps accounts, and gives play money to one that somebody holds the key of."""

SECRETS: dict[str, tuple[str, ...]] = {
    "akash": ("api_key",),
    "lambda": ("api_key",),
}
"""Seller -> its throw-away secrets, each a 0600 file of that name that its stand-in makes in its folder."""

OPTIONS: dict[str, dict[str, str]] = {
    "akash": {"bid_seconds": "3", "console": "{endpoint}"},
}
"""Seller -> its options in the context; `{endpoint}` stands for where its stand-in listens."""
