"""A mistake in a user's own SDL is named with file, line, key and what is allowed."""

import re

import pytest

from ampacity.core.errors import Exit, UsageError
from ampacity.providers.akash.sdl.compile import compile_sdl


def refused(text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        compile_sdl(text, where="deploy.yaml")
    return caught.value


def mistakes(error: UsageError) -> list[tuple[int, str]]:
    """Every mistake that is told, with its line."""
    alone = re.fullmatch(r"deploy\.yaml, line ([0-9]+)", error.what)
    if alone:
        return [(int(alone[1]), error.why)]
    rows = [re.fullmatch(r"line ([0-9]+): (.+)", row) for row in error.why.splitlines()]
    return [(int(row[1]), row[2]) for row in rows if row]


SPOILED: tuple[tuple[str, str, int, str], ...] = (
    # what stands there, what is written instead, the line that is named, words of the reason
    ("image:", "imag:", 4, "`services.web.imag` is not known; allowed: image, command"),
    ('"2.0"', "2.0", 1, '2.0 is a number to YAML; allowed: "2.0" or "2.1", in quotes'),
    ('"2.0"', '"3.0"', 1, 'is 3.0; allowed: "2.0" or "2.1"'),
    ('version: "2.0"\n', "", 1, "`version` is missing"),
    ("size: 16Gi", "size: 16GB", 16, "the unit GB is not known; G is; allowed: E, Ei, G, Gi"),
    ("size: 16Gi", "size: 16", 16, "16 has no unit; allowed: a size such as 512Mi"),
    ("size: 16Gi", "size: 3Ti", 16, "is 3Ti; allowed: at least 1Mi and at most 2Ti"),
    ("size: 50Gi", "size: 1Mi", 17, "is 1Mi; allowed: at least 5Mi and at most 32Ti"),
    ("units: 4", "units: 400", 15, "is 400; allowed: at least 10m and at most 384 CPUs"),
    ("units: 4", "units: -4", 15, "is -4; allowed: a number of CPUs"),
    ("units: 1", "units: 25", 18, "is 25; allowed: a whole number of GPUs, at most 24"),
    ("units: 1", "units: 0", 18, "has no effect, because `units` is 0"),
    ("{units: 1, attributes: {vendor: {nvidia: [{model: h100}]}}}", "{units: '0'}", 18, "write 0 without quotes"),
    ("nvidia", "amd", 18, "`profiles.compute.one.resources.gpu.attributes.vendor.amd` is not known; allowed: nvidia"),
    ("[{model: h100}]", "[]", 18, "at least 1 long"),
    ("{model: h100}", "{model: h100, ram: 80}", 18, "nvidia[0].ram`"),
    ("{model: h100}", "{model: h100, interface: sxm5}", 18, "allowed: pcie, sxm"),
    ("{model: h100}", "{model: h100}, {model: h100}", 18, "is listed twice"),
    ("{model: h100}", '{model: "*", ram: 80Gi}', 18, "`*` stands for any model"),
    (", attributes: {vendor: {nvidia: [{model: h100}]}}", "", 18, "names no GPUs; add `attributes:"),
    ("count: 1", "count: 0", 26, "allowed: a whole number, at least 1 and at most 50"),
    ("count: 1", "count: 51", 26, "allowed: a whole number, at least 1 and at most 50"),
    ("uact", "uakt", 23, "is uakt; write `denom: uact`: prices and deposits are in it alone since March 2026"),
    ("uact", "ibc/170C677610AC31DF0904FFE09CD3B5C657492170E7E52372E48756B71E56F2F1", 23, "write `denom: uact`"),
    ("4268", "0", 23, "is 0; allowed: more than 0 and at most 10,000,000 uact per block"),
    ("4268", "10000001", 23, "at most 10,000,000"),
    ("4268", "4268uact", 23, "has a unit; allowed: a bare number of uact per block"),
    ("profile: one", "profile: two", 26, "there is no compute profile two; profiles.compute: one"),
    (
        "        one: {denom",
        "        two: {denom",
        26,
        "has no price for one; add it to `profiles.placement.west.pricing`",
    ),
    ("  web:\n    west", "  api:\n    west", 25, "there is no such service; services: web"),
    ("    west: {profile", "    east: {profile", 26, "there is no such placement profile; profiles.placement: west"),
    ("region: us-west}", "9: x}", 21, "is no name for an attribute"),
    ("web:", "Web_1:", 3, "is no name for a service"),
    ("MODE=fast", "=fast", 5, "must begin with the variable's name"),
    ("port: 8080", "port: 0", 7, "allowed: a whole number, at least 1 and at most 65,535"),
    ("port: 8080", "port: 8080\n        proto: sctp", 8, "allowed: TCP, UDP, tcp, udp"),
    ("global: true", "global: false", 10, "opens nothing; write `global: true`, or `service: NAME`"),
    ("global: true", "service: db", 10, "there is no service db; services: web"),
    ("global: true", "service: web", 2, "none has a port that is open to the world"),
    ("global: true", "{global: true, ip: front}", 10, "there is no endpoint front; add it to `endpoints`"),
    ("as: 80", "accept: ['http://x']", 8, "is no host name"),
    ("as: 80", "accept: [a.b, a.b]", 8, "a.b is used twice"),
    ("as: 80", "accept: [a.b]\n        to: [{global: true}, {global: true}]\n      - port: 1", 8, "a.b is used twice"),
    ("global: true", "{service: web, ip: front}", 10, "an address is open to the world; add `global: true`"),
    ("as: 80", "http_options: {max_body_size: 0}", 8, "allowed: a whole number, at least 1 and at most 104,857,600"),
    ("as: 80", "http_options: {next_cases: ['off', error]}", 8, "`off` stands alone"),
    ("storage: {size", "storage: {name: data, size", 17, "a name is only kept in a list"),
    ("{size: 50Gi}", "[{size: 50Gi}, {size: 1Gi}]", 17, "default is used twice"),
    ("50Gi}", "50Gi, attributes: {class: ram, persistent: true}}", 17, "must be false for class ram"),
    ("50Gi}", "50Gi, attributes: {class: beta3, persistent: false}}", 17, "must be true for class beta3"),
    ("50Gi}", "50Gi, attributes: {class: beta3, persistent: true}}", 3, "needs `params.storage.default.mount`"),
    ("    env:", "    params: {storage: {data: {mount: /data}}}\n    env:", 5, "has no such volume; it has default"),
    ("    env:", "    params: {storage: {default: {mount: data}}}\n    env:", 5, "allowed: text that matches ^/"),
    (
        "    env:",
        "    params: {storage: {default: {mount: /a}, b: {mount: /a}}}\n    env:",
        5,
        "/a is mounted twice",
    ),
    ("deployment:", "endpoints: {Front: {kind: ip}}\ndeployment:", 24, "is no name for an endpoint"),
    ("    west:", "    far west:", 20, "is no name for a placement"),
    ("[MODE=fast]", '["MODE=\\ud800"]', 5, "holds a character that cannot be passed on"),
    ("MODE=fast", "MODE=fa\u2028st", 5, "U+2028 ends a line to some readers and not to others"),
    ("deployment:", "reclamation: {min_window: 1h}\ndeployment:", 24, "is not taken"),
    ("deployment:", "endpoints: {front: {kind: ip}}\ndeployment:", 24, "is never used"),
    ("      pricing:", "      signedBy: {anyOf: [akash1nobody]}\n      pricing:", 22, "is no account"),
)


@pytest.mark.parametrize(("there", "instead", "line", "reason"), SPOILED)
def test_a_mistake_is_named_with_its_line_and_what_is_allowed(
    good: str, there: str, instead: str, line: int, reason: str
) -> None:
    assert there in good
    error = refused(good.replace(there, instead))
    assert [at for at, why in mistakes(error) if reason in why] == [line]
    assert error.fix == f"edit deploy.yaml:{mistakes(error)[0][0]}"
    assert error.exit is Exit.USAGE


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(good: str) -> None:
    error = refused(good.replace("profile: one", "profile: two").replace("global: true", "service: db"))
    assert error.what == "deploy.yaml has 3 mistakes"
    assert [(line, why.partition(":")[0]) for line, why in mistakes(error)] == [
        (2, "`services`"),
        (10, "`services.web.expose[0].to[0].service`"),
        (26, "`deployment.web.west.profile`"),
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "- a", "a: b: c", "a: &x 1\nb: *x", "\t"])
def test_what_is_no_sdl_at_all_is_refused_too(text: str) -> None:
    assert refused(text).what.startswith("deploy.yaml, line ")


def test_a_file_without_end_is_not_read() -> None:
    assert "more than" in refused("#" * (1 << 21)).why


@pytest.mark.parametrize(
    "spoiled",
    ["    credentials: {host: h, username: u, password: SECRET, mail: x}\n", "    command: {SECRET: x}\n"],
)
def test_what_may_be_secret_is_never_repeated(good: str, spoiled: str) -> None:
    error = refused(good.replace("    env: [MODE=fast]\n", spoiled))
    assert "SECRET" not in f"{error}{error.fix}"


def test_a_wrong_password_is_not_shown(good: str) -> None:
    error = refused(good.replace("    env:", "    credentials: {host: h, username: u, password: 123456789}\n    env:"))
    assert "credentials.password" in error.why
    assert "123456789" not in str(error)


def test_two_services_cannot_have_one_port_of_a_leased_address(good: str) -> None:
    text = good.replace("global: true", "{global: true, ip: front}") + "endpoints: {front: {kind: ip}}\n"
    error = refused(text.replace("          - {", "          - {global: true, ip: front}\n          - {"))
    assert "port 80 of front is taken already by web" in error.why


def test_services_of_one_placement_are_confidential_in_one_way(good: str) -> None:
    text = good.replace("    env:", "    params: {tee: cpu}\n    env:")
    other = text.replace("profiles:", "  api:\n    image: x\n    params: {tee: cpu-gpu}\nprofiles:", 1)
    error = refused(other + "  api:\n    west: {profile: one, count: 1}\n")
    assert "west has services of another kind" in error.why


def test_the_chain_takes_twenty_profiles_a_placement_and_twenty_placements(good: str) -> None:
    head, rest = good.split("profiles:")
    for number in range(20):
        head += f"  s{number}:\n    image: x\n"
    profile, price = "resources: {cpu: {units: 1}, memory: {size: 1Gi}, storage: {size: 1Gi}}", "denom: uact, amount: 1"
    many = "".join(f"    p{number}: {{{profile}}}\n" for number in range(20))
    prices = "".join(f"        p{number}: {{{price}}}\n" for number in range(20))
    places = "".join(f"    w{number}: {{pricing: {{one: {{{price}}}}}}}\n" for number in range(20))
    rest = rest.replace("  placement:\n", f"{many}  placement:\n{places}").replace(
        "deployment:", f"{prices}deployment:"
    )
    units = "".join(f"  s{number}:\n    west: {{profile: p{number}, count: 1}}\n" for number in range(20))
    groups = "".join(f"  s{number}:\n    w{number}: {{profile: one, count: 1}}\n" for number in range(20))
    assert "places 21 profiles in west; allowed: at most 20" in refused(f"{head}profiles:{rest}{units}").why
    assert "uses 21 placements; allowed: at most 20" in refused(f"{head}profiles:{rest}{groups}").why


def test_an_sdl_without_services_is_refused(good: str) -> None:
    head, _, rest = good.partition("services:\n")
    rest = rest.partition("profiles:")[2].partition("deployment:")[0]
    assert "a service must be there" in refused(f"{head}services: {{}}\nprofiles:{rest}deployment: {{}}\n").why
