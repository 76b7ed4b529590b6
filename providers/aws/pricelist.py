"""On-demand prices by `pricing.GetProducts`: each instance type is asked for once, for all regions."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from decimal import Decimal
from typing import Any

from .failures import nonsense, translated
from .prices import WANTED_ATTRIBUTES, read_price_rows

SOURCE = "pricing.GetProducts"


class PriceList:
    """The price list during one search, asked in `executor`. Safe between threads."""

    def __init__(self, client: Callable[[], Any], executor: Executor) -> None:
        self._client = client
        self._executor = executor
        self._lock = threading.Lock()
        self._asked: dict[str, Future[dict[str, Decimal]]] = {}

    def ask(self, sku: str) -> Future[dict[str, Decimal]]:
        """USD per hour by region; its `result` raises `ProviderError`."""
        with self._lock:
            if sku not in self._asked:
                self._asked[sku] = self._executor.submit(self._fetch, sku)
            return self._asked[sku]

    def _fetch(self, sku: str) -> dict[str, Decimal]:
        wanted = WANTED_ATTRIBUTES | {"instanceType": sku}
        filters = [{"Type": "TERM_MATCH", "Field": key, "Value": value} for key, value in wanted.items()]
        with translated(creating=False):
            pages = self._client().get_paginator("get_products").paginate(ServiceCode="AmazonEC2", Filters=filters)
            rows = [row for page in pages for row in page.get("PriceList", ())]
        try:
            return dict(read_price_rows(rows, sku))
        except ValueError as error:
            raise nonsense(f"{sku}: {error}") from error
