"""First-boot data: the user's own, the SSH key and the end, as one MIME message for cloud-init.

The same order gives the same bytes: `RunInstances` refuses a token that comes back with others.
Formats: cloud-init docs, "User-data formats" (multi-part, boothook) and "Merging user-data sections".
"""

import json
from datetime import datetime
from email import message_from_string
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from ...core.clock import rfc3339
from ..base import MachineOrder
from .failures import invalid

LIMIT_BYTES = 16_384
"""AWS's limit, before base64 (EC2 user guide, "Run commands at launch")."""

MERGE = "list(append)+dict(no_replace,recurse_list)+str()"
"""Lets our key join the user's own `ssh_authorized_keys` instead of taking their place."""

END_UNIT = """\
#!/bin/sh
# Ends this machine at {moment}. Looks at the clock every minute, so that a boot after that
# moment, a reboot or a clock that was wrong at first does not matter.
cat > /etc/systemd/system/ampacity-end.service <<'UNIT'
[Unit]
Description=Ampacity: power off once it is {moment}
[Service]
Type=oneshot
ExecStart=/bin/sh -c '[ "$$(date +%%s)" -lt {epoch} ] || systemctl poweroff'
UNIT
cat > /etc/systemd/system/ampacity-end.timer <<'UNIT'
[Unit]
Description=Ampacity: is it {moment} yet?
[Timer]
OnBootSec=60
OnUnitActiveSec=60
AccuracySec=1
[Install]
WantedBy=timers.target
UNIT
systemctl daemon-reload
systemctl enable ampacity-end.timer
systemctl --no-block start ampacity-end.timer
"""
"""A boothook runs first and on every boot, so no other part can keep it from running."""


def first_boot(order: MachineOrder) -> str | None:
    """The message, `None` where there is nothing to say. Raises `ProviderError` where it is too long."""
    parts = [
        *([_end(order.ends_at)] if order.ends_at else []),
        *([_users(order.user_data)] if order.user_data else []),
        *([_key(order.ssh_public_key)] if order.ssh_public_key else []),
    ]
    if not parts:
        return None
    message = MIMEMultipart(boundary=f"ampacity-{order.labels.token}", _subparts=parts)
    text = message.as_string()
    _check_size(text)
    return text


def _end(moment: datetime) -> Message:
    return _part(END_UNIT.format(moment=rfc3339(moment), epoch=int(moment.timestamp())), "cloud-boothook")


def _users(text: str) -> Message:
    """A message of its own is nested; of anything else cloud-init finds out itself what it is."""
    if text.lower().startswith(("content-type: multipart/", "mime-version:")):
        return message_from_string(text)
    return _part(text, "plain")


def _key(public_key: str) -> Message:
    # A JSON string is a YAML string, whatever the key's comment holds.
    part = _part(f"#cloud-config\nssh_authorized_keys:\n  - {json.dumps(public_key.strip())}\n", "cloud-config")
    part["Merge-Type"] = MERGE
    return part


def _part(text: str, kind: str) -> Message:
    """ASCII stands as it is, so that it can be read in the console; anything else is base64."""
    return MIMEText(text, kind, "us-ascii" if text.isascii() else "utf-8")


def _check_size(text: str) -> None:
    size = len(text.encode())
    if size > LIMIT_BYTES:
        raise invalid(
            f"first-boot data has {size} bytes with the key and the end, and AWS takes {LIMIT_BYTES}",
            fix="shorten node.user_data, or let it fetch the rest",
        )
