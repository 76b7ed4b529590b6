"""CIDs as values: one text and one binary form each, and nothing else is taken."""

import csv
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.artifacts.cid import DAG_PB, RAW, Cid, cid_from_bytes, cid_of, parse_cid, split_multihash
from ampacity.artifacts.multibase import decode_base58, decode_multibase, encode_base32, encode_base58
from ampacity.artifacts.varint import decode_varint, encode_varint
from ampacity.core.errors import UsageError

EMPTY_FILE = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
EMPTY_FOLDER_V0 = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"

cids = st.builds(cid_of, st.sampled_from([RAW, DAG_PB, 0x0129]), st.binary(max_size=40))


def test_the_empty_file_has_its_well_known_name() -> None:
    assert str(cid_of(RAW, b"")) == EMPTY_FILE


def test_the_empty_folder_has_its_well_known_version_0_name() -> None:
    folder = b"\x0a\x02\x08\x01"  # dag-pb data: UnixFS type 1
    cid = parse_cid(EMPTY_FOLDER_V0)
    assert (cid.version, cid.codec) == (0, DAG_PB)
    assert cid.names(folder)
    assert str(cid) == EMPTY_FOLDER_V0


@given(cids)
def test_text_and_bytes_lead_back_to_the_same_value(cid: Cid) -> None:
    assert parse_cid(str(cid)) == cid
    assert cid_from_bytes(bytes(cid)) == cid
    assert parse_cid("z" + encode_base58(bytes(cid))) == cid


def _parsed(text: str) -> Cid | None:
    try:
        return parse_cid(text)
    except UsageError:
        return None


@pytest.mark.parametrize("text", ["nosuch", "f01551220" + "00" * 32, "Qmshort"])
def test_what_is_in_no_known_form_is_told_all_of_them(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_cid(text)
    assert "b… (base32), z… (base58), or of version 0: Qm… of 46 characters" in refused.value.why


@given(cids, st.integers(0, 200), st.characters(max_codepoint=127))
def test_a_changed_text_never_means_the_same_cid(cid: Cid, at: int, letter: str) -> None:
    text = str(cid)
    at %= len(text)
    changed = text[:at] + letter + text[at + 1 :]
    assert changed == text or _parsed(changed) != cid


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Qm",
        "b",
        "z",
        EMPTY_FILE.upper(),
        EMPTY_FILE + "a",
        EMPTY_FILE[:-1],
        " " + EMPTY_FILE,
        EMPTY_FILE + "=",
        "b" + EMPTY_FOLDER_V0,
        "z" + EMPTY_FOLDER_V0,
        EMPTY_FOLDER_V0[:-1] + "0",
        "f01551220" + "00" * 32,
        "z" + "1" * 600,
        "/ipfs/" + EMPTY_FILE,
        "\N{FULLWIDTH LATIN SMALL LETTER B}" + EMPTY_FILE[1:],
    ],
)
def test_what_is_not_exactly_a_cid_is_refused_with_a_code(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_cid(text)
    assert caught.value.code == "AMP-CID"
    assert "ampacity artifact cid PATH" in caught.value.fix


def test_version_0_is_only_ever_dag_pb_under_sha2_256() -> None:
    with pytest.raises(ValueError, match="dag-pb"):
        Cid(version=0, codec=RAW, multihash=cid_of(RAW, b"").multihash)


def test_a_cid_under_another_hash_names_no_block_that_we_would_believe() -> None:
    identity = cid_from_bytes(b"\x01\x55\x00\x02hi")
    assert identity.sha256 is None
    assert not identity.names(b"hi")


@given(st.integers(0, (1 << 63) - 1))
def test_varints_lead_back(value: int) -> None:
    assert decode_varint(encode_varint(value)) == (value, len(encode_varint(value)))


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x80\x00", b"\xff" * 9 + b"\x01"])
def test_cut_padded_and_long_varints_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="varint"):
        decode_varint(data)


@given(st.binary(max_size=60))
def test_both_bases_lead_back_and_keep_leading_zeros(data: bytes) -> None:
    assert decode_multibase(encode_base32(data)) == data
    assert decode_base58(encode_base58(data)) == data


def test_the_published_multibase_texts_decode(vectors: Path) -> None:
    """Our two bases of them. The mixed-case table is refused on purpose: a CID has one text."""
    checked = 0
    for file in sorted((vectors / "multiformats").glob("multibase__*.csv")):
        rows = list(csv.reader(file.read_text().splitlines(), skipinitialspace=True))
        wanted = rows[0][1].encode().decode("unicode_escape").encode("latin-1")
        for base, text in rows[1:]:
            if base not in {"base32", "base58btc"}:
                continue
            checked += 1
            if text != text.lower() and base == "base32":
                with pytest.raises(ValueError, match="canonical"):
                    decode_multibase(text)
            else:
                assert decode_multibase(text) == wanted
    assert checked >= 7


def test_the_published_multihashes_split(vectors: Path) -> None:
    rows = list(csv.DictReader((vectors / "multiformats" / "multihash__test_cases.csv").read_text().splitlines()))
    sha256 = [row for row in rows if row["algorithm"] == "sha2-256"]
    assert sha256
    for row in rows:
        _, digest = split_multihash(bytes.fromhex(row["multihash"]))
        assert len(digest) * 8 == int(row["bits"])
    for row in sha256:
        code, digest = split_multihash(bytes.fromhex(row["multihash"]))
        assert code == 0x12
        assert hashlib.sha256(row["input"].encode()).digest().startswith(digest)
