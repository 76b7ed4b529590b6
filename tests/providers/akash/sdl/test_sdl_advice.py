"""What is allowed and still likely to hurt is said before anything is ordered."""

import re

import pytest

from ampacity.providers.akash.sdl.compile import compile_sdl

DIGEST = re.compile("@sha256:[0-9a-f]{64}")


def advice(text: str) -> str:
    return "\n".join(compile_sdl(text, where="web.yaml").warnings)


def test_an_image_by_digest_is_not_warned_of(good: str) -> None:
    assert advice(good) == ""


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("", "whatever its registry calls latest"),
        (":latest", "whatever its registry calls latest"),
        (":1.2", "named by a tag, which can be moved"),
    ],
)
def test_an_image_by_anything_else_is(good: str, reference: str, said: str) -> None:
    warned = advice(DIGEST.sub(reference, good))
    assert said in warned
    assert f"ghcr.io/example/web{reference} " in warned
    assert "@sha256:" in warned


def test_the_port_of_a_registry_is_no_tag(good: str) -> None:
    text = DIGEST.sub("", good).replace("ghcr.io/example", "registry.example.org:5000/me")
    assert "latest" in advice(text)


def test_a_registry_s_password_is_read_by_the_provider(good: str) -> None:
    warned = advice(good.replace("    env:", "    credentials: {host: h, username: u, password: hunter22}\n    env:"))
    assert "the provider reads the registry's password" in warned
    assert "hunter22" not in warned


@pytest.mark.parametrize(
    "name", ["PASSWORD", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "OPENAI_API_KEY", "DB_PWD", "db_pass"]
)
def test_a_secret_in_env_is_read_by_the_provider_and_told_by_its_name_alone(good: str, name: str) -> None:
    warned = advice(good.replace("MODE=fast", f"{name}=hunter22"))
    assert f"the provider reads what env holds, such as {name}" in warned
    assert "hunter22" not in warned


@pytest.mark.parametrize(
    "line", ["TOKENIZERS_PARALLELISM=false", "PASSWORD=", "PASSWORD", "COMPASS=north", "MAX_TOKENS=9"]
)
def test_what_only_sounds_like_one_or_has_no_value_is_not_warned_of(good: str, line: str) -> None:
    assert "env holds" not in advice(good.replace("MODE=fast", line))


def test_a_model_in_capitals_finds_no_provider(good: str) -> None:
    assert "none will have H100" in advice(good.replace("h100", "H100"))


@pytest.mark.parametrize(
    ("there", "instead", "said"),
    [
        ("{model: h100}", "{model: h200}, {model: a100}", "the GPU models of profile one are not in order"),
        (
            "{size: 50Gi}",
            "[{name: b, size: 50Gi}, {name: a, size: 5Gi}]",
            "the volumes of profile one are not in order",
        ),
        ("      - port", "      - {port: 9000, to: [{global: true}]}\n      - port", "the ports of service web"),
    ],
)
def test_an_order_in_which_the_official_command_line_makes_another_hash_is_told(
    good: str, there: str, instead: str, said: str
) -> None:
    warned = advice(good.replace(there, instead))
    assert "another manifest hash" in warned
    assert said in warned


def test_a_shared_profile_is_merged_by_the_official_command_line_from_2_1_on(good: str) -> None:
    text = good.replace("profiles:", "  api:\n    image: x\n    expose: []\nprofiles:", 1) + (
        "  api:\n    west: {profile: one, count: 1}\n"
    )
    assert 'only version "2.1" merges' in advice(text)
    assert "merges" not in advice(text.replace('"2.0"', '"2.1"'))
