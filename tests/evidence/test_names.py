"""Names of assets: one for each, and none for two."""

import pickle
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.evidence import AssetName, EvidenceError, names, parse
from hemostat.evidence.names import MAX_NAME, TYPES, check, check_form, is_label

HOST = "host:" + "0f" * 16
OTHER_HOST = "host:name=web1"
CONTAINER = "container:" + "ab" * 32
IMAGE = "image:" + "cd" * 32
BOOT = "5e" * 16
SHA256 = "12" * 32
JA4 = "t13d1516h2_8daaf6152771_b186095e22b6"
PROXY = "tcp:192.0.2.9:3128@office"

# Every form, as a constructor makes it.
FORMS: list[tuple[str, AssetName]] = [
    ("tcp:8.8.8.8:443", names.endpoint("tcp", "8.8.8.8", 443)),
    ("tcp:8.8.8.8:443", names.endpoint("tcp", "8.8.8.8", 443, network="office", host=HOST, via=PROXY)),
    ("tcp:8.8.8.8:443", names.endpoint("tcp", "::ffff:8.8.8.8", 443)),
    ("udp:[2606:4700::1]:4433", names.endpoint("udp", "2606:4700:0::0001", 4433)),
    ("tcp:10.0.0.1:443@office", names.endpoint("tcp", "10.0.0.1", 443, network="office", host=HOST)),
    (f"tcp:10.0.0.1:443@{HOST}", names.endpoint("tcp", "10.0.0.1", 443, network=HOST)),
    (f"tcp:10.0.0.1:443@{CONTAINER}", names.endpoint("tcp", "10.0.0.1", 443, network=CONTAINER)),
    ("tcp:[fd00::1]:443@office", names.endpoint("tcp", "FD00::1", 443, network="office")),
    (f"tcp:127.0.0.1:443@{HOST}", names.endpoint("tcp", "127.0.0.1", 443, network="office", host=HOST)),
    (f"tcp:[::1]:443@{CONTAINER}", names.endpoint("tcp", "::1", 443, host=CONTAINER)),
    (f"tcp:[fe80::1]:443@{HOST}%eth0", names.endpoint("tcp", "fe80::1%eth0", 443, network="office", host=HOST)),
    (f"tcp:[fe80::1]:443@{HOST}%a@b%25%3A", names.endpoint("tcp", "fe80::1%a@b%:", 443, host=HOST)),
    ("tcp:[fe80::1]:443@office", names.endpoint("tcp", "fe80::1", 443, network="office")),
    (f"tcp:intranet.example:443@via:{PROXY}", names.endpoint("tcp", "Intranet.Example", 443, via=PROXY)),
    (f"tcp:10.0.0.1:443@via:{PROXY}", names.endpoint("tcp", "10.0.0.1", 443, network="office", via=PROXY)),
    (f"tcp:127.0.0.1:443@via:{PROXY}", names.endpoint("tcp", "127.0.0.1", 443, host=HOST, via=PROXY)),
    (OTHER_HOST, names.host_by_name("Web1")),
    ("host:unstable=web1.example", names.host_unstable("web1.example")),
    (CONTAINER, names.container("ab" * 32)),
    ("container:" + "ef" * 16, names.container("ef" * 16)),
    (IMAGE, names.image("cd" * 32)),
    (IMAGE, names.image("sha256:" + "cd" * 32)),
    ("image:" + "ef" * 64, names.image("sha512:" + "ef" * 64)),
    (f"build:{SHA256}", names.build(SHA256)),
    (f"copy:{HOST}:/usr/lib/libssl.so.1.0.0", names.copy(HOST, "/usr/lib/libssl.so.1.0.0")),
    (f"copy:{IMAGE}:/opt/a%20b%3Ac%25/%C3%BC", names.copy(IMAGE, "/opt/a b:c%/ü")),
    (f"copy:{HOST}:/bad%FFbytes", names.copy(HOST, b"/bad\xffbytes".decode("utf-8", "surrogateescape"))),
    (f"copy:{HOST}:8,1:4711", names.deleted_copy(HOST, 8, 1, 4711)),
    (f"process:{HOST}:{BOOT}:1:0", names.process(HOST, BOOT, 1, 0)),
    (f"process:{OTHER_HOST}:{BOOT}:4711:99", names.process(OTHER_HOST, BOOT.upper()[:8] + "-" + BOOT[8:], 4711, 99)),
    (f"spki:{SHA256}", names.key(SHA256)),
    (f"cert:{SHA256}", names.certificate(SHA256)),
    (f"client:{HOST}:/usr/bin/curl", names.client(HOST, "/usr/bin/curl")),
    (f"client:192.0.2.7:{JA4}@office", names.client_at("192.0.2.7", JA4, network="office")),
    (f"client:8.8.8.8:{JA4}", names.client_at("8.8.8.8", JA4)),
    (f"client:[::1]:{JA4}@{HOST}", names.client_at("::1", JA4, host=HOST)),
    (f"store:{HOST}:postgresql:main", names.store(HOST, "postgresql", "main")),
    (f"store:{HOST}:htpasswd:/etc/a%3Ab", names.store(HOST, "htpasswd", "/etc/a:b")),
    (f"service:{HOST}:nginx.service", names.service(HOST, "nginx.service")),
    (f"service:{HOST}:a%40.b%3Ac".replace("%40", "@"), names.service(HOST, "a@.b:c")),
    (f"service:{HOST}:/usr/sbin/nginx:www-data", names.service_by_exe(HOST, "/usr/sbin/nginx", "www-data")),
    ("service:tcp:8.8.8.8:443", names.implied_service("tcp:8.8.8.8:443")),
    (f"service:tcp:a.example:443@via:{PROXY}", names.implied_service(f"tcp:a.example:443@via:{PROXY}")),
    ("run:" + "0a" * 16, names.run("0a" * 16)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), FORMS, ids=[text[:60] for text, _ in FORMS])
def test_every_form_is_made_and_read_alike(text: str, name: AssetName) -> None:
    assert name == text
    read = parse(text)
    assert read == text
    assert (read.type, dict(read.parts)) == (name.type, dict(name.parts))
    assert parse(name) is name
    assert AssetName(text) == name
    assert pickle.loads(pickle.dumps(name)).parts == name.parts
    assert re.fullmatch(r"[!-~]+", text)
    check(text)
    check_form(text)


def test_the_forms_are_of_all_types() -> None:
    assert {name.type for _, name in FORMS} == TYPES


def test_the_machine_id_is_hashed() -> None:
    name = names.host_by_machine_id("0123456789ABCDEF0123456789abcdef\n")
    assert name == names.host_by_machine_id("01234567-89ab-cdef-0123-456789abcdef")
    assert name == "host:2680203520a180481e8f94300ee1eafb"
    assert "0123456789abcdef" not in name


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"tcp:[fe80::1]:1@{HOST}%e", {"transport": "tcp", "address": "fe80::1", "port": 1, "host": HOST, "zone": "e"}),
        (f"udp:a.example:53@via:{PROXY}", {"transport": "udp", "address": "a.example", "port": 53, "via": PROXY}),
        ("tcp:10.0.0.1:443@office", {"transport": "tcp", "address": "10.0.0.1", "port": 443, "network": "office"}),
        (f"copy:{HOST}:/a%20b", {"root": HOST, "path": "/a b"}),
        (f"copy:{HOST}:8,1:4711", {"root": HOST, "major": 8, "minor": 1, "inode": 4711}),
        (f"process:{HOST}:{BOOT}:1:2", {"host": HOST, "boot": BOOT, "pid": 1, "start": 2}),
        (f"service:{HOST}:/a:b", {"root": HOST, "exe": "/a", "user": "b"}),
        (f"service:{HOST}:a", {"root": HOST, "unit": "a"}),
        (f"client:8.8.8.8:{JA4}", {"address": "8.8.8.8", "ja4": JA4}),
        (f"store:{HOST}:k:n", {"root": HOST, "kind": "k", "name": "n"}),
        (f"build:{SHA256}", {"sha256": SHA256}),
    ],
)  # fmt: skip
def test_a_name_knows_its_parts(text: str, parts: dict[str, Any]) -> None:
    assert dict(parse(text).parts) == parts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tcp",
        "tcp:",
        "nothing:a",
        "TCP:8.8.8.8:443",
        "tcp:8.8.8.8",
        "tcp:8.8.8.8:",
        "tcp:8.8.8.8:0",
        "tcp:8.8.8.8:0443",
        "tcp:8.8.8.8:65536",
        "tcp:8.8.8.8:+443",
        "tcp:8.8.8.8:４４３",
        "tcp:08.8.8.8:443",
        "tcp:8.8.8.8:443@office",
        f"tcp:8.8.8.8:443@via:{PROXY}",
        "tcp:8.8.8.8:443@",
        "tcp:[8.8.8.8]:443",
        "tcp:2606:4700::1:443",
        "tcp:[2606:4700::0:1]:443",
        "tcp:[2606:4700::1:443",
        "tcp:[::ffff:8.8.8.8]:443",
        "tcp:10.0.0.1:443",
        "tcp:10.0.0.1:443@Office",
        "tcp:10.0.0.1:443@-office",
        "tcp:10.0.0.1:443@office%eth0",
        f"tcp:10.0.0.1:443@{IMAGE}",
        "tcp:127.0.0.1:443",
        "tcp:127.0.0.1:443@office",
        "tcp:[fe80::1]:443@office%eth0",
        f"tcp:[fe80::1]:443@{HOST}%",
        f"tcp:[fe80::1]:443@{HOST}%%65th0",
        f"tcp:[fd00::1]:443@{HOST}%eth0",
        "tcp:a.example:443",
        "tcp:a.example:443@office",
        f"tcp:A.example:443@via:{PROXY}",
        f"tcp:a.example.:443@via:{PROXY}",
        f"tcp:a..example:443@via:{PROXY}",
        f"tcp:1.2.3.4567:443@via:{PROXY}",
        f"tcp:-a.example:443@via:{PROXY}",
        f"tcp:a.example:443@via:{HOST}",
        "tcp:a.example:443@via:tcp:10.0.0.1:3128",
        f"tcp:a.example:443@via:tcp:b.example:3128@via:{PROXY}",
        "host:",
        "host:" + "0F" * 16,
        "host:" + "0f" * 15,
        "host:name=",
        "host:name=Web1",
        "host:name=-a",
        "host:other=web1",
        "container:web",
        "container:" + "AB" * 32,
        "image:sha256:" + "cd" * 32,
        "image:" + "cd" * 31,
        f"build:{SHA256}0",
        f"copy:{HOST}:relative",
        f"copy:{HOST}:/",
        f"copy:{HOST}:/a//b",
        f"copy:{HOST}:/a/./b",
        f"copy:{HOST}:/a/../b",
        f"copy:{HOST}:/a/",
        f"copy:{HOST}:/a%00",
        f"copy:{HOST}:/%61",
        f"copy:{HOST}:/a%2fb",
        f"copy:{HOST}:/a%2Fb",
        f"copy:{HOST}:/%c3%bc",
        f"copy:{HOST}:/a%zz",
        f"copy:{HOST}:/a%",
        f"copy:{HOST}:08,1:2",
        f"copy:{HOST}:8,1:-2",
        f"copy:{HOST}:8:2",
        f"copy:{HOST}",
        "copy:/usr/lib/libssl.so",
        f"copy:build:{SHA256}:/a",
        f"process:{CONTAINER}:{BOOT}:1:2",
        f"process:{HOST}:{BOOT}:1",
        f"process:{HOST}:{BOOT}:1:2:3",
        f"process:{HOST}:{BOOT}:01:2",
        f"process:{HOST}:5e5e5e5e-5e5e-5e5e-5e5e-5e5e5e5e5e5e:1:2",
        f"spki:{SHA256.upper()}x",
        "cert:" + "AB" * 32,
        f"client:{HOST}:curl",
        f"client:10.0.0.7:{JA4}",
        "client:8.8.8.8:t13d",
        f"client:a.example:{JA4}@via:{PROXY}",
        f"store:{HOST}:KIND:name",
        f"store:{HOST}:kind:",
        f"service:{HOST}:",
        f"service:{HOST}:relative:user",
        f"service:{HOST}:/a:",
        f"service:{HOST}:/a:b:c",
        f"service:spki:{SHA256}",
        "service:tcp:10.0.0.1:443",
        "run:" + "0A" * 16,
        "run:1",
        " run:" + "0a" * 16,
        "run:" + "0a" * 16 + "\n",
        "tcp:8.8.8.8:443\x00",
        'service:host:name=a:"',
        "service:host:name=a:\\",
        "service:host:name=a:ü",
        "service:host:name=a:\ud800",
        f"service:{HOST}:" + "a" * MAX_NAME,
    ],
)
def test_another_spelling_and_what_is_no_name_is_refused(text: str) -> None:
    for read in (parse, AssetName):
        with pytest.raises(EvidenceError):
            read(text)


@pytest.mark.parametrize(
    "make",
    [
        lambda: names.endpoint("sctp", "8.8.8.8", 443),
        lambda: names.endpoint("tcp", "8.8.8.8", 0),
        lambda: names.endpoint("tcp", "8.8.8.8", 65536),
        lambda: names.endpoint("tcp", "a.example", 443, network="office", host=HOST),
        lambda: names.endpoint("tcp", "10.0.0.1", 443),
        lambda: names.endpoint("tcp", "10.0.0.1", 443, network="two words"),
        lambda: names.endpoint("tcp", "127.0.0.1", 443, network="office"),
        lambda: names.endpoint("tcp", "127.0.0.1", 443, host="office"),
        lambda: names.endpoint("tcp", "fe80::1%eth0", 443, network="office"),
        lambda: names.endpoint("tcp", "fe80::1%eth0", 443, via=PROXY),
        lambda: names.endpoint("tcp", "fe80::1%\ud800", 443, host=HOST),
        lambda: names.host_by_machine_id("uninitialized"),
        lambda: names.host_by_name(""),
        lambda: names.host_by_name("a b"),
        lambda: names.host_by_name("a" * 254),
        lambda: names.image("sha512:" + "cd" * 32),
        lambda: names.image("md5:" + "cd" * 32),
        lambda: names.copy(HOST, ""),
        lambda: names.copy(HOST, "/a\0b"),
        lambda: names.copy("office", "/a"),
        lambda: names.copy(HOST, "/" + "a" * MAX_NAME),
        lambda: names.deleted_copy(HOST, -1, 0, 0),
        lambda: names.process(HOST, BOOT, -1, 0),
        lambda: names.service(HOST, ""),
        lambda: names.service_by_exe(HOST, "/a", ""),
        lambda: names.implied_service(HOST),
        lambda: names.store(HOST, "two words", "a"),
        lambda: names.key("ab"),
    ],
)
def test_a_malformed_part_makes_no_name(make: Any) -> None:
    with pytest.raises(EvidenceError):
        make()


# --- two things never share a name ----------------------------------------------------------------

MACHINES = st.sampled_from([HOST, OTHER_HOST, CONTAINER, "host:unstable=web1"])
ROOTS = MACHINES | st.just(IMAGE)
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
FREE = WORDS | st.sampled_from(
    ["a:b", "/a", "/a:b", "8,1:2", "tcp:8.8.8.8:443", "%2F", "a@office", "%", ":", "host:name=a"]
)
PART = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=8).filter(
    lambda part: part not in (".", "..")
)
PATHS = st.lists(PART, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))
NUMBERS = st.integers(0, 10**19)
ADDRESSES = st.ip_addresses().map(str) | st.sampled_from(
    [
        "10.0.0.1",
        "127.0.0.1",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fe80::1%a:b",
        "fd00::1",
        "8.8.8.8",
        "a.example",
        "b.example",
    ]
)
PORTS = st.integers(1, 65535)
TRANSPORTS = st.sampled_from(["tcp", "udp"])

PROXIES = st.sampled_from([PROXY, "tcp:8.8.8.8:1080"])
NETWORKS = st.sampled_from(["office", "home", HOST])
ENDPOINTS: st.SearchStrategy[AssetName] = st.one_of(
    st.builds(
        names.endpoint,
        TRANSPORTS,
        ADDRESSES.filter(lambda address: not address.endswith("example")),
        PORTS,
        network=NETWORKS,
        host=MACHINES,
    ),
    st.builds(
        names.endpoint, TRANSPORTS, ADDRESSES.filter(lambda address: "%" not in address), PORTS, via=PROXIES
    ),
)
NAMES: st.SearchStrategy[AssetName] = st.one_of(
    ENDPOINTS,
    st.builds(names.copy, ROOTS, PATHS),
    st.builds(names.deleted_copy, ROOTS, NUMBERS, NUMBERS, NUMBERS),
    st.builds(names.process, st.sampled_from([HOST, OTHER_HOST]), st.just(BOOT), NUMBERS, NUMBERS),
    st.builds(names.client, ROOTS, PATHS),
    st.builds(names.store, ROOTS, st.sampled_from(["postgresql", "k"]), FREE),
    st.builds(names.service, ROOTS, FREE),
    st.builds(names.service_by_exe, ROOTS, PATHS, FREE),
    st.builds(names.implied_service, ENDPOINTS),
)


def identity(name: AssetName) -> tuple[str, tuple[tuple[str, str | int], ...]]:
    return name.type, tuple(sorted(name.parts.items()))


@given(NAMES)
def test_any_name_is_read_as_it_was_made(name: AssetName) -> None:
    read = parse(str(name))
    assert read == name
    assert identity(read) == identity(name)


@given(NAMES, NAMES)
def test_two_things_never_share_a_name(one: AssetName, other: AssetName) -> None:
    assert (one == other) == (identity(one) == identity(other))


@given(PATHS, FREE, FREE)
def test_free_text_never_reaches_into_the_next_part(exe: str, user: str, unit: str) -> None:
    assert dict(parse(names.service_by_exe(HOST, exe, user)).parts) == {
        "root": HOST,
        "exe": exe,
        "user": user,
    }
    assert names.service(HOST, unit) != names.service_by_exe(HOST, exe, user)
    assert names.service(HOST, unit) != names.implied_service("tcp:8.8.8.8:443")


@given(
    st.binary(min_size=1, max_size=40).filter(
        lambda name: b"/" not in name and b"\0" not in name and name not in (b".", b"..")
    )
)
def test_a_file_name_of_any_bytes_is_kept(file: bytes) -> None:
    path = "/" + file.decode("utf-8", "surrogateescape")
    read = parse(str(names.copy(HOST, path))).parts["path"]
    assert str(read).encode("utf-8", "surrogateescape") == b"/" + file


@given(
    st.text(max_size=60) | st.from_regex(r"\A(tcp|udp|client|service|copy|store|process|host):[ -~]{0,60}\Z")
)
def test_any_text_is_a_name_or_refused(text: str) -> None:
    try:
        name = parse(text)
    except EvidenceError:
        return
    assert name == text
    assert name.type in TYPES


@given(NAMES, st.data())
def test_a_changed_name_is_another_thing_or_refused(name: AssetName, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    other = name[:at] + data.draw(st.sampled_from("0a:/@%[].,=-A \x00ü")) + name[at + 1 :]
    try:
        changed = parse(other)
    except EvidenceError:
        return
    assert (identity(changed) == identity(name)) == (other == name)


# --- what later versions know ---------------------------------------------------------------------


def test_a_name_of_a_type_that_is_not_known_here_is_kept() -> None:
    check("vm:4711")
    with pytest.raises(EvidenceError):
        parse("vm:4711")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "vm",
        "vm:",
        "VM:a",
        "1vm:a",
        "vm:a b",
        'vm:"',
        "vm:\\",
        "vm:ü",
        "vm:a\n",
        "v" * 33 + ":a",
        "vm:" + "a" * MAX_NAME,
    ],
)
def test_what_can_be_no_name_of_any_type_is_refused(text: str) -> None:
    for refuse in (check, check_form, parse):
        with pytest.raises(EvidenceError):
            refuse(text)


def test_a_name_of_a_known_type_is_held_to_its_form() -> None:
    with pytest.raises(EvidenceError):
        check("tcp:10.0.0.1:443")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("office", True),
        ("lab-2.example", True),
        ("0", True),
        ("a" * 63, True),
        ("", False),
        ("Office", False),
        ("-a", False),
        ("a b", False),
        ("host:a", False),
        ("a" * 64, False),
    ],
)
def test_labels(text: str, expected: bool) -> None:
    assert is_label(text) is expected
