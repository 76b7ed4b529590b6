"""First-boot data: what cloud-init is given, the same bytes every time."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_string
from email.message import Message

import pytest
import yaml

from ampacity.providers.aws.userdata import LIMIT_BYTES, first_boot
from ampacity.providers.base import MachineOrder, ProviderError

OrderMaker = Callable[..., MachineOrder]
END = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)  # 1,795,579,200 seconds after the epoch


def parts(order: MachineOrder) -> dict[str, Message]:
    text = first_boot(order)
    assert text is not None
    return {part.get_content_type(): part for part in message_from_string(text).walk() if not part.is_multipart()}


def body(part: Message) -> str:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data.decode()


def test_an_order_that_says_nothing_sends_nothing(make_order: OrderMaker) -> None:
    assert first_boot(make_order(ssh_public_key=None, user_data=None)) is None


def test_the_same_order_gives_the_same_bytes(make_order: OrderMaker) -> None:
    assert first_boot(make_order(ends_at=END)) == first_boot(make_order(ends_at=END))


def test_the_users_script_arrives_unchanged(make_order: OrderMaker) -> None:
    script = '#!/bin/sh\nFrom here\necho "naïve £" > /tmp/x\n'
    assert body(parts(make_order(user_data=script))["text/plain"]) == script


def test_the_key_joins_the_users_own_and_its_comment_breaks_nothing(make_order: OrderMaker) -> None:
    key = 'ssh-ed25519 AAAA it\'s "me": #1'
    part = parts(make_order(ssh_public_key=key))["text/cloud-config"]
    assert yaml.safe_load(body(part)) == {"ssh_authorized_keys": [key]}
    assert "list(append)" in part["Merge-Type"]


def test_a_message_of_the_users_own_is_kept_as_its_parts(make_order: OrderMaker) -> None:
    own = (
        'Content-Type: multipart/mixed; boundary="B"\nMIME-Version: 1.0\n\n'
        "--B\nContent-Type: text/x-shellscript\n\n#!/bin/sh\n--B--\n"
    )
    assert body(parts(make_order(user_data=own))["text/x-shellscript"]).startswith("#!/bin/sh")


def test_the_end_is_the_first_part_and_a_shell_can_read_it(make_order: OrderMaker) -> None:
    found = parts(make_order(ends_at=END))
    assert next(iter(found)) == "text/cloud-boothook"
    script = body(found["text/cloud-boothook"])
    assert "-lt 1795579200 ]" in script
    assert "2026-11-25T04:00:00Z" in script
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)


def test_without_an_end_there_is_no_timer(make_order: OrderMaker) -> None:
    assert "text/cloud-boothook" not in parts(make_order())


def test_data_above_the_limit_is_refused_without_being_quoted(make_order: OrderMaker) -> None:
    with pytest.raises(ProviderError, match="16384") as caught:
        first_boot(make_order(user_data="secret " * (LIMIT_BYTES // 7 + 1)))
    assert caught.value.kind.value == "invalid"
    assert "secret" not in str(caught.value)
