import pytest

from lint_alpine import data
from lint_alpine.wheels.build_packages import NativeNeeds, apk_name, needs_of, provides


def needs(name: str, version: str | None = None, release: str | None = None) -> NativeNeeds:
    found = needs_of(name, version, release)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "version", "compilers", "headers"),
    [
        ("numpy", "1.21.6", {"c"}, ()),
        ("numpy", "1.24.4", {"c", "c++"}, ()),
        ("scipy", None, {"c", "c++", "fortran"}, ("openblas-dev",)),
        ("pandas", "2.0.3", {"c", "c++"}, ()),
        ("matplotlib", "3.2.2", {"c", "c++"}, ("freetype-dev", "libpng-dev")),
        ("matplotlib", "3.3.0", {"c", "c++"}, ()),
        ("pillow", "2.9.0", {"c"}, ()),
        ("pillow", "9.5.0", {"c"}, ("jpeg-dev", "zlib-dev")),
        ("cryptography", "3.3.2", {"c"}, ("openssl-dev",)),
        ("cryptography", "3.4", {"c", "rust"}, ("openssl-dev",)),
        ("bcrypt", "3.2.2", {"c"}, ()),
        ("bcrypt", "4.0.1", {"rust"}, ()),
        ("cffi", None, {"c"}, ("libffi-dev",)),
        ("pynacl", None, {"c"}, ()),
        ("lxml", "4.9.0", {"c"}, ("libxml2-dev", "libxslt-dev")),
        ("psutil", None, {"c"}, ("linux-headers",)),
        ("uwsgi", None, {"c"}, ("linux-headers",)),
        ("greenlet", "0.4.17", {"c"}, ()),
        ("greenlet", "2.0.2", {"c", "c++"}, ()),
        ("ujson", "1.35", {"c"}, ()),
        ("ujson", "5.0", {"c", "c++"}, ()),
        ("pymssql", "2.2.1", {"c"}, ("freetds-dev", "openssl-dev")),
        ("pymssql", "2.3.0", {"c"}, ("freetds-dev", "openssl-dev", "krb5-dev")),
        ("weasyprint", None, set(), ()),
        ("twisted", None, set(), ()),
    ],
)
def test_needs(name: str, version: str | None, compilers: set[str], headers: tuple[str, ...]) -> None:
    found = needs(name, version)
    assert found.compilers == compilers
    assert found.headers == headers


@pytest.mark.parametrize(
    ("name", "version", "rust"),
    [
        ("cryptography", "3.3.2", None),
        ("cryptography", "36.0.1", "1.41"),
        ("cryptography", "40.0.2", "1.48"),
        ("cryptography", "41.0.0", "1.56"),
        ("cryptography", "42.0.8", "1.63"),
        ("cryptography", "44.0.2", "1.65"),
        ("cryptography", "45.0.0", "1.74"),
        ("bcrypt", "4.0.0", "1.56"),
        ("bcrypt", "4.3.0", "1.64"),
        ("bcrypt", "5.0.0", "1.74"),
        ("orjson", "3.6.4", None),
        ("orjson", "3.10.15", "1.82"),
        ("pydantic-core", "2.18.0", "1.76"),
    ],
)
def test_minimum_rust(name: str, version: str, rust: str | None) -> None:
    assert needs(name, version).minimum_rust == rust


@pytest.mark.parametrize(
    ("name", "version", "optional"),
    [
        ("pyyaml", None, True),
        ("markupsafe", "2.1.5", True),
        ("sqlalchemy", "1.4.29", True),
        ("aiohttp", "3.7.4", True),
        ("aiohttp", "3.8.6", False),
        ("multidict", "4.5.2", True),
        ("multidict", "6.0.0", False),
        ("msgpack", "1.0.5", True),
        ("msgpack", "1.1.0", False),
        ("protobuf", None, False),
        ("lazy-object-proxy", None, True),
        ("numpy", None, False),
    ],
)
def test_optional_extension(name: str, version: str | None, optional: bool) -> None:
    assert needs(name, version).optional_extension is optional


def test_optional_headers_are_told_apart() -> None:
    found = needs("pillow", "10.0.0")
    assert {"freetype-dev", "libwebp-dev", "tiff-dev"} <= set(found.optional_headers)
    assert found.runtime == ("libjpeg-turbo", "zlib")
    assert needs("numpy").optional_headers == ("openblas-dev",)
    assert "openblas" not in needs("numpy").runtime
    assert "libffi-dev" in needs("cryptography").optional_headers


def test_unverified_headers_are_not_said_to_be_required() -> None:
    found = needs("bjoern")
    assert (found.verified, found.headers, found.optional_headers) == ("unverified", (), ("libev-dev",))


def test_tools_are_no_compilers() -> None:
    found = needs("pynacl")
    assert (found.compiler_packages, found.tools) == (("gcc", "musl-dev"), ("make",))
    assert needs("uvloop", "0.17.0").tools == ("make",)
    assert needs("dlib").tools == ("cmake", "make")


@pytest.mark.parametrize(
    ("release", "headers", "runtime"),
    [
        ("3.14", ("postgresql-dev",), ("libpq",)),
        ("3.15", ("libpq-dev",), ("libpq",)),
        (None, ("libpq-dev",), ("libpq",)),
    ],
)
def test_names_of_the_release(release: str | None, headers: tuple[str, ...], runtime: tuple[str, ...]) -> None:
    found = needs("psycopg2", "2.9.3", release)
    assert (found.headers, found.runtime) == (headers, runtime)


@pytest.mark.parametrize(
    ("package", "release", "name"),
    [
        ("libssl3", "3.16", "libssl1.1"),
        ("libssl3", "3.17", "libssl3"),
        ("libssl1.1", "3.20", "libssl3"),
        ("libacl", None, "acl-libs"),
        ("acl-libs", "3.20", "libacl"),
        ("python2", "3.20", "python2"),
        ("unheard-of", "3.20", "unheard-of"),
        ("mariadb-connector-c-dev", "3.7", "mariadb-dev"),
        ("libpq-dev", "edge", "libpq-dev"),
    ],
)
def test_apk_name(package: str, release: str | None, name: str) -> None:
    assert apk_name(package, release) == name


def test_nothing_is_known_of_a_stranger() -> None:
    assert needs_of("no-such-project") is None


@pytest.mark.parametrize(
    ("package", "release", "brought"),
    [
        ("build-base", "3.20", {"gcc", "g++", "make", "musl-dev", "libc-dev", "libstdc++", "binutils", "patch"}),
        ("alpine-sdk", None, {"gcc", "g++", "make", "git"}),
        ("g++", "3.12", {"gcc", "musl-dev", "libstdc++"}),
        ("cargo", "3.20", {"rust", "gcc", "musl-dev"}),
        ("gfortran", None, {"gcc", "libgfortran"}),
        ("libc-dev", None, {"musl-dev"}),
        ("jpeg-dev", None, {"libjpeg-turbo-dev", "libjpeg-turbo"}),
        ("postgresql-dev", "3.20", {"libpq-dev", "openssl-dev", "libpq", "clang"}),
        ("postgresql-dev", "3.12", {"libpq", "openssl-dev", "libssl1.1"}),
        ("python3-dev", None, {"python3"}),
        ("libxslt-dev", None, {"libxml2-dev", "libxml2", "libxslt", "zlib-dev"}),
        ("freetype-dev", None, {"zlib-dev", "libpng-dev", "libpng", "freetype"}),
        ("libffi-dev", "3.20", {"libffi", "linux-headers", "pkgconf"}),
        ("openblas-dev", None, {"openblas", "gfortran"}),
        ("mariadb-dev", "3.20", {"mariadb-connector-c-dev", "mariadb-connector-c", "openssl-dev"}),
        ("py3-numpy", None, {"python3"}),
        ("py3-pip", "3.20", {"python3"}),
        ("libressl-dev", "3.12", {"openssl-dev"}),
        ("unheard-of-dev", None, {"pkgconf"}),
    ],
)
def test_provides(package: str, release: str | None, brought: set[str]) -> None:
    found = provides(package, release)
    assert {package} | brought <= found


@pytest.mark.parametrize(
    ("package", "release", "absent"),
    [
        ("gcc", None, {"musl-dev", "g++", "make"}),
        ("libffi-dev", "3.8", {"linux-headers"}),
        ("postgresql-dev", "3.12", {"libpq-dev"}),
        ("musl-dev", None, {"gcc", "linux-headers", "pkgconf"}),
        ("python3", None, {"python3-dev", "py3-pip"}),
        ("unheard-of", None, {"pkgconf"}),
    ],
)
def test_does_not_provide(package: str, release: str | None, absent: set[str]) -> None:
    assert not absent & provides(package, release)


@pytest.mark.parametrize("release", ["3.12", "3.16", "3.20", "3.24", "edge"])
def test_advice_names_packages_that_are_not_gone(release: str) -> None:
    known = data.apk()["packages"]
    for name in data.native()["packages"]:
        found = needs(name, None, release)
        for package in (*found.compiler_packages, *found.tools, *found.headers):
            last = known.get(package, {}).get("last", "edge")
            assert last == "edge" or (release != "edge" and minor(release) <= minor(last)), (name, package)


def minor(release: str) -> int:
    return int(release.split(".")[1])
