"""YAML that every reader takes alike: text that looks like anything else is in quotes."""

from decimal import Decimal
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Safe, without aliases; text of several lines as a block, so that a person can read it."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's signature
        """No anchors: our own reader refuses them."""
        return True

    def check_simple_key(self) -> bool:
        """Our placements' names are longer than the 128 letters that the library puts on the key's line.

        YAML allows 1024 (YAML 1.2.2, section 7.4.2).
        """
        name = isinstance(self.event, yaml.ScalarEvent) and self.event.value
        return bool(name and len(name) < 1024 and name.isprintable()) or super().check_simple_key()


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    # U+0085 and U+2028 end a line in YAML 1.1 and not in 1.2: such characters are only safe as escapes.
    plain = text.replace("\n", "").replace("\t", "").isprintable()
    style = '"' if not plain else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _decimal(dumper: yaml.SafeDumper, number: Decimal) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", f"{number:f}", style='"')


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Decimal, _decimal)


def dump(data: Any) -> str:
    """`data` as YAML, its keys in their order, no line broken."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=2**31, allow_unicode=True)
