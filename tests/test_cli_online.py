"""The command line with --online: what is asked, what is believed, what is printed; on the loopback interface only."""

import base64
import json
import os
import re
import socket
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from lint_alpine.cli import main
from lint_alpine.wheels import index as index_module
from lint_alpine.wheels.transport import Bounds
from tests.archives import sdist, wheel
from tests.loopback import HASH, LOGIN, Answer, Handler, Route, Server, page, silent

IMAGE = "FROM python:3.12-alpine3.22\n"
MANYLINUX = "manylinux_2_17_x86_64.manylinux2014_x86_64.whl"


@pytest.fixture(autouse=True)
def _nothing_configured(unconfigured: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LINT_ALPINE_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")


Check = Callable[..., dict[str, object]]


class Run:
    """What one run printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def verdicts(self) -> dict[str, dict[str, object]]:
        return {verdict["name"]: verdict for verdict in json.loads(self.out)["verdicts"]}

    @property
    def outcomes(self) -> dict[str, object]:
        return {name: verdict["outcome"] for name, verdict in self.verdicts.items()}

    @property
    def origins(self) -> set[str]:
        return {evidence["origin"] for v in self.verdicts.values() if isinstance(evidence := v["evidence"], dict)}


@pytest.fixture(name="check")
def _check(capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    def check(*arguments: str, form: str = "json") -> Run:
        code = main(["check", "--online", "--format", form, *arguments])
        printed = capsys.readouterr()
        return Run(code, printed.out, printed.err)

    return check


def write(dockerfile: str, **files: str) -> None:
    Path("Dockerfile").write_text(dockerfile)
    for name, text in files.items():
        Path(f"{name}.txt").write_text(text)


PURE = sdist("demo", "1.0", {"setup.py": "#", "a.py": "#"})
OF_C = sdist("demo", "1.0", {"setup.py": "setup(ext_modules=[x])", "a.c": "#"})


def five_kinds(server: Server) -> None:
    server.offer("fits", {"fits-1.0-py3-none-any.whl": wheel("fits", "1.0", "Requires-Dist: pulled>=1")})
    server.offer("pulled", {"pulled-1.0-cp312-cp312-musllinux_1_2_x86_64.whl": wheel("pulled")})
    native = f"native-1.0-cp312-cp312-{MANYLINUX}"
    server.offer("native", {"native-1.0.tar.gz": OF_C, native: wheel("native")})
    server.offer("compiled", {"compiled-1.0.tar.gz": OF_C})
    server.offer("builds", {"builds-1.0.tar.gz": PURE})
    server.offer("glibc-only", {f"glibc_only-1.0-cp312-cp312-{MANYLINUX}": wheel("glibc_only")})


ALL = f"{IMAGE}RUN pip install --no-cache-dir fits native compiled builds glibc-only absent\n"


def test_verdicts(server: Server, check: Callable[..., Run]) -> None:
    five_kinds(server)
    write(ALL)
    run = check("--index-url", server.url)
    assert run.outcomes == {
        "fits": "wheel",
        "pulled": "wheel",
        "native": "compile",
        "compiled": "compile",
        "builds": "pure-build",
        "glibc-only": "unavailable",
        "absent": "unknown",
    }
    assert run.origins == {"index"}
    assert run.verdicts["pulled"]["via"] == ["fits"]
    assert run.verdicts["absent"]["reason"] == "the index does not list it"
    compiled, builds = (str(run.verdicts[name]["reason"]) for name in ("compiled", "builds"))
    assert "; its build files declare an extension of C; what it pulls in is not known: " in compiled
    assert compiled.endswith("its dependencies are known only by building it")
    assert ": it has no sources that are compiled; what it pulls in is not known: " in builds
    assert {found["code"] for found in json.loads(run.out)["diagnostics"]} == {"LA101", "LA102", "LA201"}
    assert (run.code, run.err) == (1, "")


def test_a_second_run_asks_nothing(server: Server, check: Callable[..., Run]) -> None:
    five_kinds(server)
    write(ALL)
    first = check("-v", "--index-url", server.url)
    told = re.fullmatch(
        r"lint-alpine: (\d+) requests to the package index, ([\d.]+) kB received, 0 answers from the cache; "
        r"for each of the 7 packages judged ([\d.]+) requests and ([\d.]+) kB\n",
        first.err,
    )
    assert told is not None, first.err
    requests, received, each_requests, each_received = map(float, told.groups())
    asked = len(server.asked)
    assert asked == requests
    assert each_requests == pytest.approx(asked / 7, abs=0.06)
    assert 0 < each_received < received < 50
    second = check("-v", "--index-url", server.url)
    assert len(server.asked) == asked
    assert re.match(r"lint-alpine: 0 requests to the package index, 0 kB received, \d+ answers from the", second.err)
    assert second.err.endswith("; for each of the 7 packages judged 0.0 requests and 0 kB\n")
    assert second.outcomes == first.outcomes
    assert second.origins == {"cache"}
    assert second.code == first.code == 1


def test_refresh_asks_for_pages_again_and_not_for_what_cannot_change(server: Server, check: Callable[..., Run]) -> None:
    five_kinds(server)
    write(f"{IMAGE}RUN pip install --no-cache-dir fits\n")
    check("--index-url", server.url)
    before = len(server.asked)
    run = check("--refresh", "--index-url", server.url)
    assert sorted(server.paths()[before:]) == ["/simple/fits/", "/simple/pulled/"]
    assert run.origins == {"index"}


def test_refresh_needs_online(capsys: pytest.CaptureFixture[str]) -> None:
    write(IMAGE)
    assert main(["check", "--refresh"]) == 2
    assert "`--refresh` asks the package index again; it needs `--online`" in capsys.readouterr().err


# Indexes that fail


@pytest.mark.parametrize(
    ("route", "reason"),
    [
        (Route(500), "{host} answered with status 500"),
        (Route(403), "{host} answered with status 403"),
        (LOGIN, "what {host} answered is not an index page (HTML without any file)"),
        (silent, "{host} did not answer within 0.5 s"),
        (None, "{host} cannot be reached"),
    ],
)
def test_an_index_that_does_not_answer(
    server: Server,
    check: Callable[..., Run],
    monkeypatch: pytest.MonkeyPatch,
    route: Answer | None,
    reason: str,
) -> None:
    monkeypatch.setattr(index_module, "Bounds", partial(Bounds, request=0.5))
    write(f"{IMAGE}RUN apk add libpq\nRUN pip install --no-cache-dir thing good\n")
    server.html("good", "good-1.0-py3-none-any.whl")
    url, host = server.url, server.host
    if route is None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            host = f"127.0.0.1:{taken.getsockname()[1]}"
        url = f"http://{host}/simple"
    else:
        server.routes["/simple/thing/"] = route
    reason = reason.format(host=host)
    run = check("--index-url", url)
    assert (run.verdicts["thing"]["outcome"], run.verdicts["thing"]["reason"]) == ("unknown", reason)
    projects = "thing" if route is not None else "good, thing"
    assert run.err == f"lint-alpine: warning: the package index tells nothing of {projects}: {reason}\n"
    # The rest is linted all the same.
    assert run.outcomes["good"] == ("wheel" if route is not None else "unknown")
    assert [found["code"] for found in json.loads(run.out)["diagnostics"]] == ["LA303"]
    assert run.code == 1
    assert check("--index-url", url, "--ignore", "LA303").code == 0
    assert check("--index-url", url, "--ignore", "LA303", "--strict").code == 1


def test_a_run_that_takes_too_long(server: Server, check: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "Bounds", partial(Bounds, run=0.5))
    names = [f"slow{number}" for number in range(20)]
    server.routes = {f"/simple/{name}/": silent for name in names}
    write(f"{IMAGE}RUN pip install --no-cache-dir {' '.join(names)}\n")
    start = time.monotonic()
    run = check("--index-url", server.url)
    assert time.monotonic() - start < 15
    reason = "the index took longer than the 0.5 s that a run waits for it"
    assert (
        run.err
        == f"lint-alpine: warning: the package index tells nothing of slow0, slow1, slow10 and 17 more: {reason}\n"
    )
    assert set(run.outcomes.values()) == {"unknown"}
    assert run.code == 0


def test_the_shipped_listing_speaks_for_an_index_that_fails(server: Server, check: Callable[..., Run]) -> None:
    server.routes["/simple/pandas/"] = Route(500)
    write("FROM python:3.8-alpine\nRUN pip install --no-cache-dir pandas==1.0.0 matplotlib==3.1.2\n")
    run = check("--index-url", server.url)
    pandas, matplotlib = run.verdicts["pandas"], run.verdicts["matplotlib"]
    assert (pandas["outcome"], pandas["file"]) == ("compile", "pandas-1.0.0.tar.gz")
    assert isinstance(pandas["evidence"], dict)
    assert pandas["evidence"]["origin"] == "snapshot"
    # That an index has no such project is an answer.
    assert (matplotlib["outcome"], matplotlib["reason"]) == ("unknown", "the index does not list it")
    assert "tells nothing of pandas" in run.err


# URLs that linted files name


UV = "uv pip install --system --no-cache"
NAMING = [
    ("RUN pip install --no-cache-dir --index-url {url} thing\n", ""),
    ("RUN pip install --no-cache-dir --extra-index-url={url} thing\n", ""),
    ("RUN pip install --no-cache-dir -f {url}thing/ thing\n", ""),
    ("ENV PIP_INDEX_URL={url}\nRUN pip install --no-cache-dir thing\n", ""),
    ("ENV UV_INDEX_URL={url}\nRUN uv pip install --system --no-cache thing\n", ""),
    ("COPY reqs.txt .\nRUN pip install --no-cache-dir -r reqs.txt\n", "-i {url}\nthing\n"),
    ("COPY reqs.txt .\nRUN pip install --no-cache-dir -r reqs.txt\n", "--find-links {url}thing/\nthing\n"),
    ("COPY reqs.txt .\nRUN pip install --no-cache-dir -r reqs.txt\n", "--extra-index-url {url}\nthing\n"),
    (f"RUN {UV} --index {{url}} thing\n", ""),
    (f"RUN {UV} --default-index n={{url}} thing\n", ""),
    (f"ENV UV_INDEX='n={{url}}'\nRUN {UV} thing\n", ""),
    (f"RUN {UV} --index-strategy unsafe-best-match --index {{url}} thing\n", ""),
    (f"COPY reqs.txt /app/pyproject.toml\nWORKDIR /app\nRUN {UV} thing\n", "[[tool.uv.index]]\nurl = '{url}'\n"),
    (f"COPY reqs.txt /app/uv.toml\nWORKDIR /app\nRUN {UV} thing\n", "find-links = ['{url}thing/']\n"),
    (f"COPY reqs.txt /root/.config/uv/uv.toml\nRUN {UV} thing\n", "[pip]\nextra-index-url = ['{url}']\n"),
]
EXPLICIT = """
[project]
name = "app"
dependencies = ["thing"]
[tool.uv.sources]
thing = {{ index = "own" }}
[[tool.uv.index]]
name = "own"
url = "{url}"
explicit = true
"""
DIRECT = [
    (f"COPY reqs.txt /app/pyproject.toml\nWORKDIR /app\nRUN {UV} -r pyproject.toml\n", EXPLICIT),
    ("RUN pip install --no-cache-dir {url}thing/thing-1.0.tar.gz\n", ""),
    ("RUN pip install --no-cache-dir 'thing @ {url}thing/thing-1.0.tar.gz'\n", ""),
    ("RUN pip install --no-cache-dir git+{url}thing.git\n", ""),
    ("RUN pip install --no-cache-dir -r {url}reqs.txt\n", ""),
    ("ADD {url}reqs.txt .\nRUN pip install --no-cache-dir -r reqs.txt\n", ""),
    ("COPY reqs.txt .\nRUN pip install --no-cache-dir -r reqs.txt\n", "-r {url}more.txt\n"),
    ("COPY reqs.txt .\nRUN pip install --no-cache-dir -r reqs.txt\n", "-c {url}more.txt\nthing @ {url}thing-1.0.zip\n"),
]


@pytest.mark.parametrize(("dockerfile", "requirements"), [*NAMING, *DIRECT])
def test_a_url_in_a_linted_file_is_never_contacted(
    server: Server, other: Server, check: Callable[..., Run], dockerfile: str, requirements: str
) -> None:
    server.offer("thing", {f"thing-2.0-cp312-cp312-{MANYLINUX}": b"", "thing-1.0.tar.gz": OF_C})
    write(f"{IMAGE}{dockerfile.format(url=other.url)}", reqs=requirements.format(url=other.url))
    run = check("--index-url", server.url)
    assert other.connections == 0
    assert not any(found["code"] == "LA101" for found in json.loads(run.out)["diagnostics"])


@pytest.mark.parametrize(("dockerfile", "requirements"), NAMING)
def test_what_may_come_from_such_an_index_is_not_judged(
    server: Server, other: Server, check: Callable[..., Run], dockerfile: str, requirements: str
) -> None:
    server.offer("thing", {"thing-1.0-py3-none-any.whl": wheel("thing")})
    write(f"{IMAGE}{dockerfile.format(url=other.url)}", reqs=requirements.format(url=other.url))
    verdict = check("--index-url", server.url).verdicts["thing"]
    assert verdict["outcome"] == "unknown"
    assert verdict["reason"] == "it may come from an index that only the linted files name, which is not asked"
    assert verdict["file"] is None


def test_a_project_that_is_pinned_to_an_index(server: Server, other: Server, check: Callable[..., Run]) -> None:
    """Where the index is given, it alone is asked for the project, and for nothing else."""
    server.offer("thing", {"thing-2.0-py3-none-any.whl": wheel("thing", "2.0")})
    server.offer("main", {"main-1.0-py3-none-any.whl": wheel("main")})
    other.offer("thing", {"thing-1.0-py3-none-any.whl": wheel("thing", "1.0", "Requires-Dist: main")})
    write(
        f"{IMAGE}COPY reqs.txt /app/pyproject.toml\nWORKDIR /app\nRUN {UV} -r pyproject.toml\n",
        reqs=EXPLICIT.format(url=other.url),
    )
    run = check("--index-url", server.url)
    assert (
        run.verdicts["thing"]["reason"] == "it comes from an index that only the linted files name, which is not asked"
    )
    assert other.connections == 0
    run = check("--index-url", server.url, "--extra-index-url", other.url)
    assert run.verdicts["thing"]["version"] == "1.0"
    assert run.outcomes == {"thing": "wheel", "main": "wheel"}
    assert "/simple/thing/" not in server.paths()
    assert "/simple/main/" not in other.paths()


@pytest.mark.parametrize("given", ["{url}", "{bare}", "http://user:secret@{host}/simple"])
@pytest.mark.parametrize(
    "named", ["{url}", "{bare}", "http://user:other@{host}/simple/", "HTTP://{host}/simple", "${{INDEX}}"]
)
def test_an_extra_index_that_is_given_is_asked(
    server: Server, other: Server, check: Callable[..., Run], given: str, named: str
) -> None:
    """Credentials and a slash at the end make no difference."""
    other.offer("thing", {"thing-1.0-py3-none-any.whl": wheel("thing")})
    words = {"url": other.url, "bare": other.url.rstrip("/"), "host": other.host}
    install = f"RUN pip install --no-cache-dir --extra-index-url {named.format(**words)} thing\n"
    write(f"{IMAGE}ARG INDEX={other.url}\n{install}")
    run = check("--index-url", server.url, "--extra-index-url", given.format(**words))
    assert run.outcomes == {"thing": "wheel"}
    assert other.connections > 0
    assert "secret" not in run.out + run.err


def test_an_index_of_the_configuration_is_asked(server: Server, check: Callable[..., Run]) -> None:
    server.offer("thing", {"thing-1.0-py3-none-any.whl": wheel("thing")})
    Path(".lint-alpine.toml").write_text(f'online = true\nindex-url = "{server.url}"\n')
    write(f"{IMAGE}RUN pip install --no-cache-dir -i {server.url} thing\n")
    assert check().outcomes == {"thing": "wheel"}


def test_uv_takes_the_first_index_and_pip_the_newest_release(
    server: Server, other: Server, check: Callable[..., Run]
) -> None:
    server.offer("thing", {"thing-2.0-py3-none-any.whl": wheel("thing", "2.0")})
    other.offer("thing", {"thing-1.0-py3-none-any.whl": wheel("thing")})
    for command, version in [("pip install --no-cache-dir", "2.0"), ("uv pip install --system --no-cache", "1.0")]:
        write(f"{IMAGE}RUN {command} thing\n")
        run = check("--index-url", server.url, "--extra-index-url", other.url)
        assert run.verdicts["thing"]["version"] == version


# Credentials


def guarded(handler: Handler) -> None:
    wanted = "Basic " + base64.b64encode(b"user:s3cret").decode()
    right = handler.headers["Authorization"] == wanted
    (page(f"thing-1.0.tar.gz{HASH}") if right else Route(401)).send(handler, None, None)


@pytest.mark.parametrize("form", ["text", "json", "sarif", "gnu"])
@pytest.mark.parametrize("works", [True, False])
def test_credentials_are_used_and_never_shown(
    server: Server, check: Callable[..., Run], form: str, works: bool, tmp_path: Path
) -> None:
    server.routes["/simple/thing/"] = guarded if works else Route(500)
    server.routes["/simple/thing/thing-1.0.tar.gz"] = Route(200, OF_C)
    url = server.url.replace("http://", "http://user:s3cret@")
    write(f"{IMAGE}RUN pip install --no-cache-dir thing\n")
    run = check("-v", "--index-url", url, form=form)
    assert run.code == (1 if works else 0)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*.json"))
    assert (b"thing-1.0.tar.gz" in kept) is works
    for word in ("s3cret", "user:", base64.b64encode(b"user:s3cret").decode()):
        assert word not in run.out + run.err
        assert word.encode() not in kept


def test_credentials_of_a_wrong_url_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    write(IMAGE)
    assert main(["check", "--online", "--index-url", "ftp://user:s3cret@index.example/"]) == 2
    printed = capsys.readouterr()
    assert "s3cret" not in printed.out + printed.err


# What releases say they need


@pytest.mark.parametrize(
    ("metadata", "unknown"),
    [
        (wheel("odd", "1.0", "Requires-Dist: a >"), "its METADATA has the invalid requirement `a >`"),
        (wheel("other"), "its wheel has no METADATA"),
        (b"no zip", "its archive is not a zip file that can be read"),
        (wheel("odd")[:-30], "its archive is not a zip file that can be read"),
    ],
)
def test_metadata_that_is_not_valid(server: Server, check: Callable[..., Run], metadata: bytes, unknown: str) -> None:
    server.offer("odd", {"odd-1.0-py3-none-any.whl": metadata})
    server.offer("good", {"good-1.0-py3-none-any.whl": wheel("good")})
    write(f"{IMAGE}RUN pip install --no-cache-dir odd good\n")
    run = check("--index-url", server.url)
    assert run.outcomes == {"odd": "unknown", "good": "wheel"}
    assert re.fullmatch(r"pip refuses odd\S* ?\S*: (.+)", str(run.verdicts["odd"]["reason"]))[1] == unknown  # type: ignore[index]
    assert run.code == 0


def test_dependency_cycles(server: Server, check: Callable[..., Run]) -> None:
    for name, needed in [("one", "two[x]"), ("two", "three"), ("three", "one"), ("self", "self[all]")]:
        extras = ("Provides-Extra: x", "Provides-Extra: all", 'Requires-Dist: one; extra == "x"')
        content = wheel(name, "1.0", f"Requires-Dist: {needed}", *extras)
        server.offer(name, {f"{name}-1.0-py3-none-any.whl": content})
    write(f"{IMAGE}RUN pip install --no-cache-dir one self\n")
    run = check("--index-url", server.url)
    assert run.outcomes == {"one": "wheel", "self": "wheel", "three": "wheel", "two": "wheel"}
    assert (run.code, run.err) == (0, "")


def test_an_index_that_never_stops_naming_projects(
    server: Server, check: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Endless(dict[str, Answer]):
        def get(self, path: str, default: object = None) -> Route:
            name = path.split("/")[2]
            if path.endswith(".whl"):
                following = (f"Requires-Dist: {name}{letter}" for letter in "abc")
                return Route(200, wheel(name, "1.0", *following), ranges=True)
            return page(f"{name}-1.0-py3-none-any.whl")

    server.routes = Endless()
    monkeypatch.setattr(index_module, "Bounds", partial(Bounds, run=2.0))
    write(f"{IMAGE}RUN apk add libpq\nRUN pip install --no-cache-dir p\n")
    start = time.monotonic()
    run = check("--index-url", server.url)
    assert time.monotonic() - start < 30
    assert run.outcomes["p"] == "wheel"
    assert "unknown" in run.outcomes.values()
    assert "LA303" in run.out
