"""What runs on machines: a definition where its seller takes one, user-data elsewhere, and never on disk."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from ampacity.core.digests import digest_bytes
from ampacity.core.errors import UnexpectedChangeError
from ampacity.planning.plan import Definition, FileRef
from ampacity.providers.base import Token
from ampacity.provisioning.engine.program import properties_of
from ampacity.provisioning.journal import Journal
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.payload import Payload, read_again
from ampacity.provisioning.plugin.bench import order_of
from ampacity.provisioning.plugin.codec import Secret
from ampacity.provisioning.records import DeploymentRecord, Records

Build = Callable[..., MachineInputs]
TEXT = "services: {job: {env: [PASSWORD=hunter3]}}"


@pytest.fixture
def record(tmp_path: Path) -> DeploymentRecord:
    (tmp_path / "job.yaml").write_text(TEXT)
    file = FileRef(path=str(tmp_path / "job.yaml"), digest=digest_bytes(TEXT.encode()))
    return DeploymentRecord(
        uid="d" * 32,
        name="train",
        context="test",
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        ends_at=None,
        hours=Decimal(1),
        sites=None,
        user_data=None,
        definition=Definition(file=file, providers=("toy",)),
    )


def test_a_seller_that_takes_the_definition_gets_it_instead_of_the_user_data(machine: Build) -> None:
    payload = Payload(user_data="boot", definition=TEXT, takers=("toy",))
    here = payload.on(machine())
    assert (here.user_data, here.definition) == (None, TEXT)
    assert order_of(here, Token("a" * 32)).definition == TEXT
    elsewhere = msgspec.structs.replace(payload, takers=("other",)).on(machine(definition="old"))
    assert (elsewhere.user_data, elsewhere.definition) == ("boot", None)


def test_recover_reads_it_again_and_refuses_another(record: DeploymentRecord, tmp_path: Path) -> None:
    assert read_again(record) == Payload(definition=TEXT, takers=("toy",))
    (tmp_path / "job.yaml").write_text("other")
    with pytest.raises(UnexpectedChangeError, match="definition of the plan is not to be had"):
        read_again(record)


def test_it_is_in_no_journal_no_record_and_encrypted_in_state(
    record: DeploymentRecord, machine: Build, journal: Journal, tmp_path: Path
) -> None:
    inputs = machine(definition=TEXT)
    journal.intend(Token("ab" * 16), "urn", inputs)
    Records(tmp_path / "state").save(msgspec.structs.replace(record, wanted=(inputs,)))
    written = [path.read_text() for path in tmp_path.rglob("*.json")]
    assert len(written) == 2
    assert not [text for text in written if "hunter3" in text]
    assert properties_of(inputs)["definition"] == Secret(TEXT)
