"""Folders of wheels in the build context: which files pip and uv take from them, as real pip does."""

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lint_alpine.cli import main
from lint_alpine.facts import PythonInstall
from lint_alpine.wheels.verdict import Outcome, WheelVerdict
from tests.archives import metadata, sdist, wheel
from tests.gathering import facts_of
from tests.steps import assert_linear

IMAGE = "FROM python:3.12-alpine3.22\n"
MUSL = "cp312-cp312-musllinux_1_2_x86_64.whl"
GLIBC = "cp312-cp312-manylinux_2_28_x86_64.whl"


def house(folder: Path, *files: str) -> None:
    """Puts wheels and source distributions into a folder; `name-1.0-....whl needs a, b` has these requirements."""
    folder.mkdir(parents=True, exist_ok=True)
    for line in files:
        file, _, needs = line.partition(" needs ")
        name, version, *_ = *file.removesuffix(".tar.gz").split("-"), ""
        required = [f"Requires-Dist: {one}" for one in needs.split(", ") if one]
        if file.endswith(".whl"):
            content = wheel(name, version, *required)
        elif file.endswith(".tar.gz"):
            text = metadata(name, version, *required)
            content = sdist(name, version, {"PKG-INFO": text, "setup.py": "setup(ext_modules=[x])", "a.c": ""})
        else:
            content = b""
        (folder / file).write_bytes(content)


def installs(tmp_path: Path, lines: str, index: str | None = None) -> list[PythonInstall]:
    text = lines if lines.startswith("FROM") else IMAGE + lines
    return [install for _, install in facts_of(text, tmp_path, index).installs]


def verdicts(tmp_path: Path, lines: str, index: str | None = None) -> dict[str, WheelVerdict]:
    """Of the last command."""
    return {verdict.name: verdict for verdict in installs(tmp_path, lines, index)[-1].verdicts}


def told(tmp_path: Path, lines: str, index: str | None = None) -> dict[str, str]:
    """The outcome of each package, with the file, where it is known."""
    found = verdicts(tmp_path, lines, index)
    return {name: f"{each.outcome} {each.file}" if each.file else each.outcome.value for name, each in found.items()}


THING = {"thing": "wheel thing-1.0-py3-none-any.whl"}
PIP = "RUN pip install --no-index --find-links=/wheels thing\n"


@pytest.mark.parametrize(
    "lines",
    [
        f"COPY wheels /wheels\n{PIP}",
        f"COPY wheels/ /wheels/\n{PIP}",
        f"COPY wheels/*.whl /wheels/\n{PIP}",
        f"COPY wheels/thing-1.0-py3-none-any.whl /wheels/\n{PIP}",
        f"COPY wheels/thing-1.0-py3-none-any.whl wheels/other-1.0-py3-none-any.whl /wheels\n{PIP}",
        f"COPY . /\n{PIP}",
        f"ADD wheels /wheels\n{PIP}",
        f"ADD --chown=1:1 wheels /wheels\n{PIP}",
        "COPY . /app\nWORKDIR /app\nRUN pip install --no-index -f wheels thing\n",
        "COPY . /app\nRUN cd /app && pip install --no-index -f ./wheels/ thing\n",
        "COPY wheels /wheels\nRUN pip install --no-index -f file:///wheels thing\n",
        "COPY wheels /wheels\nENV PIP_FIND_LINKS=/wheels PIP_NO_INDEX=1\nRUN pip install thing\n",
        "COPY wheels /wheels\nRUN PIP_NO_INDEX=1 pip install --find-links /wheels thing\n",
        "COPY wheels /wheels\nCOPY pip.conf /etc/pip.conf\nRUN pip install thing\n",
        "COPY wheels /wheels\nCOPY reqs.txt .\nRUN pip install -r reqs.txt\n",
        "COPY . /app/\nRUN pip install -r /app/sub/beside.txt\n",
        "COPY . .\nRUN pip install -r sub/current.txt\n",
        "COPY wheels /wheels\nRUN pip install --no-index -f /wheels/thing-1.0-py3-none-any.whl thing\n",
        "RUN --mount=type=bind,source=wheels,target=/wheels pip install --no-index -f /wheels thing\n",
        "RUN --mount=source=.,target=/ctx pip install --no-index -f /ctx/wheels thing\n",
        f"FROM scratch AS house\nCOPY wheels /w\n{IMAGE}COPY --from=house /w /wheels\n{PIP}",
        f"FROM scratch AS house\nCOPY . /\n{IMAGE}COPY --from=house /wheels/*.whl /wheels/\n{PIP}",
        f"FROM scratch AS h\nCOPY wheels /w\n{IMAGE}COPY --from=h /w/thing-1.0-py3-none-any.whl /wheels/\n{PIP}",
        f"FROM scratch AS house\nCOPY wheels /w\n{IMAGE}RUN --mount=from=house,source=/w,target=/wheels {PIP[4:]}",
        f"COPY --parents wheels /\n{PIP}",
        f"COPY --parents ./wheels/*.whl /\n{PIP}",
        # What a command before it may have done elsewhere does not matter.
        f"RUN curl -O https://index.example/x && tar xf x\nCOPY wheels /wheels\n{PIP}",
        f"COPY wheels /wheels\nRUN echo a > /wheels/README\n{PIP}",
        # uv
        "COPY wheels /wheels\nRUN uv pip install --system --no-index --find-links /wheels thing\n",
        "COPY wheels /wheels\nRUN UV_FIND_LINKS=/wheels,/wheels uv pip install --system --no-index thing\n",
        "COPY . /app\nWORKDIR /app\nRUN uv pip install --system thing\n",
        "COPY . /app\nWORKDIR /app\nRUN uv pip install --system -f /app/wheels,/app/wheels thing\n",
    ],
)
def test_a_folder_of_the_context_is_all_that_is_looked_at(tmp_path: Path, lines: str) -> None:
    house(tmp_path / "wheels", "thing-1.0-py3-none-any.whl", "other-1.0-py3-none-any.whl")
    house(tmp_path / "wheels" / "inner", "thing-2.0-py3-none-any.whl")
    (tmp_path / "sub").mkdir()
    (tmp_path / "reqs.txt").write_text("--no-index\n-f /wheels\nthing\n")
    (tmp_path / "pip.conf").write_text("[global]\nno-index = yes\n[install]\nfind-links =\n    /wheels\n")
    (tmp_path / "sub/beside.txt").write_text("--no-index --find-links ../wheels\nthing\n")
    (tmp_path / "sub/current.txt").write_text("--no-index -f wheels\nthing\n")
    (tmp_path / "pyproject.toml").write_text('[tool.uv]\nno-index = true\nfind-links = ["wheels"]\n')
    assert told(tmp_path, lines) == THING
    evidence = verdicts(tmp_path, lines)["thing"].evidence
    assert evidence is not None
    assert (evidence.origin, evidence.detail) == ("lockfile", "wheels/")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (PIP, "no COPY or ADD of this file puts it there"),
        (f"COPY absent /wheels\n{PIP}", "there is no `absent` in the build context"),
        (f"COPY ignored /wheels\n{PIP}", "`.dockerignore` excludes it"),
        (f"COPY --from=other:1 /w /wheels\n{PIP}", "it is copied from `other:1`"),
        (
            f"COPY wheels /wheels\nCOPY --from=other:1 /w/thing-2.0.tar.gz /wheels/\n{PIP}",
            "it is copied from `other:1`",
        ),
        (f"COPY wheels /wheels\nADD https://index.example/a-1.0.tar.gz /wheels/\n{PIP}", "it is downloaded from"),
        (f"COPY wheels /wheels\nADD w.tar.gz /wheels/\n{PIP}", "it may be in the archive `w.tar.gz`"),
        (f"COPY wheels /wheels\nRUN pip download -d /wheels other\n{PIP}", "`pip download` puts files there"),
        (f"COPY wheels /wheels\nRUN pip wheel -w /wheels other\n{PIP}", "`pip wheel` puts files there"),
        (f"RUN wget -P /wheels https://index.example/x\n{PIP}", "`wget` may write it during the build"),
        (f"COPY wheels /wheels\nRUN cp -r /x /wheels/\n{PIP}", "`cp` may write it during the build"),
        (f"COPY pages /wheels\n{PIP}", "`index.html` in it may list other files"),
        (f"FROM scratch AS house\n{IMAGE}COPY --from=house /w /wheels\n{PIP}", "it is copied from another stage"),
        ("RUN pip install --no-index -f $WHEELS thing\n", "whose place is only known when the command runs"),
        ("RUN pip install --no-index -f https://index.example/page.html thing\n", "which is not asked"),
        (
            "COPY wheels /wheels\nRUN pip install -f /wheels -i https://index.example/simple thing\n",
            "which is not asked",
        ),
        ("COPY wheels /wheels\nRUN pip install -f /wheels -f /other thing\n", "no COPY or ADD of this file puts it"),
        (f"COPY link /wheels\n{PIP}", "a symbolic link leaves the build context"),
        (f"COPY links /wheels\n{PIP}", "a symbolic link leaves the build context"),
    ],
)
def test_what_is_not_seen_is_unknown(tmp_path: Path, lines: str, reason: str) -> None:
    context = tmp_path / "context"
    house(context / "wheels", "thing-1.0-py3-none-any.whl")
    house(context / "ignored", "thing-1.0-py3-none-any.whl")
    house(context / "pages", "thing-1.0-py3-none-any.whl", "index.html")
    house(tmp_path / "outside", "thing-1.0-py3-none-any.whl")
    house(context / "links")
    (context / "link").symlink_to(tmp_path / "outside")
    (context / "links/thing-1.0-py3-none-any.whl").symlink_to(tmp_path / "outside/thing-1.0-py3-none-any.whl")
    (context / ".dockerignore").write_text("ignored\n")
    found = verdicts(context, lines, "thing-9.0-py3-none-any.whl")["thing"]
    assert (found.outcome, found.file, found.version) == (Outcome.UNKNOWN, None, None)
    assert reason in found.reason


def test_a_link_within_the_context_is_followed(tmp_path: Path) -> None:
    house(tmp_path / "there", "thing-1.0-py3-none-any.whl")
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels/thing-1.0-py3-none-any.whl").symlink_to(Path("../there/thing-1.0-py3-none-any.whl"))
    assert told(tmp_path, f"COPY wheels /wheels\n{PIP}") == THING
    (tmp_path / "link").symlink_to("there")
    assert told(tmp_path, f"COPY link /wheels\n{PIP}") == THING


def test_a_folder_of_very_many_files_is_not_read(tmp_path: Path) -> None:
    house(tmp_path / "wheels", "thing-1.0-py3-none-any.whl")
    for number in range(3_000):
        (tmp_path / f"wheels/a{number}.txt").touch()
    assert "has more than 3000 files" in verdicts(tmp_path, f"COPY wheels /wheels\n{PIP}")["thing"].reason


# With an index: one pool, the best file of the newest release

POOL = "COPY wheels /wheels\nRUN pip install -f /wheels thing{}\n"
LISTED = "thing-1.5-py3-none-any.whl\nthing-1.5.tar.gz\nthing 1.5 needs indexed\nindexed-1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("files", "specifier", "expected"),
    [
        (["thing-1.0-py3-none-any.whl"], "", "wheel thing-1.5-py3-none-any.whl"),
        (["thing-2.0-py3-none-any.whl"], "", "wheel thing-2.0-py3-none-any.whl"),
        (["thing-2.0-py3-none-any.whl"], "<2", "wheel thing-1.5-py3-none-any.whl"),
        (["thing-2.0a1-py3-none-any.whl"], "", "wheel thing-1.5-py3-none-any.whl"),
        ([f"thing-1.5-{MUSL}"], "", f"wheel thing-1.5-{MUSL}"),
        ([f"thing-2.0-{GLIBC}"], "", "wheel thing-1.5-py3-none-any.whl"),
        ([f"thing-2.0-{GLIBC}"], ">=2", "unavailable"),
        ([f"thing-2.0-{GLIBC}", "thing-2.0.tar.gz"], "", "compile thing-2.0.tar.gz"),
        (["thing-2.0.zip", "THING-2.1.tar.bz2"], "<2", "wheel thing-1.5-py3-none-any.whl"),
        (["thing-x.whl", "thing-2.0-py3-none-any.whl.txt", "2.0.tar.gz"], "", "wheel thing-1.5-py3-none-any.whl"),
    ],
)
def test_folder_and_index_are_one_pool(tmp_path: Path, files: list[str], specifier: str, expected: str) -> None:
    house(tmp_path / "wheels", *files)
    quoted = f"'thing{specifier}'" if specifier else "thing"
    lines = f"COPY wheels /wheels\nRUN pip install -f /wheels {quoted}\n"
    assert told(tmp_path, lines, LISTED)["thing"] == expected


def test_what_only_the_folder_has_comes_from_it(tmp_path: Path) -> None:
    house(tmp_path / "wheels", "own-1.0-py3-none-any.whl needs indexed>=1, more", "more-1.0-py3-none-any.whl")
    (tmp_path / "wheels/more-2.0-py3-none-any.whl").write_bytes(wheel("more", "2.0", "Requires-Dist: thing"))
    lines = "COPY wheels /wheels\nRUN pip install -f /wheels own\n"
    found = verdicts(tmp_path, lines, LISTED)
    assert {name: (each.file, each.via) for name, each in found.items()} == {
        "own": ("own-1.0-py3-none-any.whl", ()),
        "indexed": ("indexed-1.0-py3-none-any.whl", ("own",)),
        "more": ("more-2.0-py3-none-any.whl", ("own",)),
        "thing": ("thing-1.5-py3-none-any.whl", ("own", "more")),
    }
    assert [each.evidence.origin for each in found.values() if each.evidence] == [
        "lockfile",
        "index",
        "lockfile",
        "index",
    ]


def test_index_that_is_not_known_may_have_a_better_one(tmp_path: Path) -> None:
    house(tmp_path / "wheels", "thing-1.0-py3-none-any.whl")
    lines = "COPY wheels /wheels\nRUN pip install -f /wheels thing\n"
    found = verdicts(tmp_path, lines)["thing"]
    assert (found.outcome, found.reason) == (Outcome.UNKNOWN, "no index is asked")


# What wheels and source distributions need


def test_needs_are_read_from_the_wheels(tmp_path: Path) -> None:
    house(
        tmp_path / "wheels",
        "thing-1.0-py3-none-any.whl needs other[more]>=1, absent; python_version < '3'",
        'other-1.0-py3-none-any.whl needs third; extra == "more"',
        f"third-1.0-{MUSL} needs fourth",
        f"fourth-2.0-{GLIBC}",
        f"fourth-1.0-{MUSL}",
    )
    (tmp_path / "wheels/other-1.0-py3-none-any.whl").write_bytes(
        wheel("other", "1.0", "Provides-Extra: more", 'Requires-Dist: third; extra == "more"')
    )
    found = verdicts(tmp_path, f"COPY wheels /wheels\n{PIP}")
    assert {name: (each.outcome.value, each.file) for name, each in found.items()} == {
        "thing": ("wheel", "thing-1.0-py3-none-any.whl"),
        "other": ("wheel", "other-1.0-py3-none-any.whl"),
        "third": ("wheel", f"third-1.0-{MUSL}"),
        "fourth": ("wheel", f"fourth-1.0-{MUSL}"),
    }
    assert all(each.needs_unknown is None for each in found.values())


@pytest.mark.parametrize(
    ("content", "unknown"),
    [
        (b"", "its archive is not a zip file that can be read"),
        (b"no zip", "its archive is not a zip file that can be read"),
        (wheel("thing", "1.0")[:-30], "its archive is not a zip file that can be read"),
        (wheel("thing", "2.0"), "its METADATA names another release"),
        (wheel("other", "1.0"), "its wheel has no METADATA"),
        (wheel("thing", "1.0", "Requires-Dist: a >"), "its METADATA has the invalid requirement `a >`"),
    ],
)
def test_wheel_that_cannot_be_read(tmp_path: Path, content: bytes, unknown: str) -> None:
    house(tmp_path / "wheels")
    (tmp_path / "wheels/thing-1.0-py3-none-any.whl").write_bytes(content)
    found = verdicts(tmp_path, f"COPY wheels /wheels\n{PIP}")["thing"]
    assert found.outcome is Outcome.UNKNOWN
    assert unknown in found.reason


def test_large_wheel_is_read_at_its_end_alone(tmp_path: Path) -> None:
    house(tmp_path / "wheels")
    path = tmp_path / "wheels/thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open(zipfile.ZipInfo("big.so"), "w", force_zip64=True) as member:
            member.write(b"x")
        archive.writestr(
            "thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\nRequires-Dist: other\n"
        )
    data = path.read_bytes()
    with path.open("wb") as file:
        # A zip file may stand behind anything: here behind a hole of 3 GB.
        file.seek(3_000_000_000)
        file.write(data)
    assert sorted(verdicts(tmp_path, f"COPY wheels /wheels\n{PIP}")) == ["other", "thing"]


def test_source_distribution_tells_what_it_needs_and_is_built_of(tmp_path: Path) -> None:
    house(tmp_path / "wheels", "thing-1.0.tar.gz needs other", "pure-1.0.tar.gz", "other-1.0-py3-none-any.whl")
    (tmp_path / "wheels/pure-1.0.tar.gz").write_bytes(sdist("pure", "1.0", {"setup.py": "", "a.py": ""}))
    found = told(tmp_path, "COPY wheels /wheels\nRUN pip install --no-index -f /wheels thing pure\n")
    assert found == {
        "thing": "compile thing-1.0.tar.gz",
        "pure": "pure-build pure-1.0.tar.gz",
        "other": "wheel other-1.0-py3-none-any.whl",
    }


# Files that are named themselves

NEEDY = "needy-1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    "line",
    [
        f"pip install --no-index -f /wheels /wheels/{NEEDY}",
        f"cd /wheels && pip install --no-index -f . ./{NEEDY}",
        f"cd /wheels && pip install --no-index -f . {NEEDY}",
        "pip install --no-index -f /wheels /wheels/needy-1*.whl",
        f"pip install --no-index -f /wheels 'needy @ file:///wheels/{NEEDY}'",
        f"pip install --no-index -f /wheels file:///wheels/{NEEDY}",
        "pip install --no-index -f /wheels -r /app/r.txt",
        f"pip install --no-index /wheels/{NEEDY} /wheels/thing-1.0-py3-none-any.whl",
        f"uv pip install --system --no-index -f /wheels /wheels/{NEEDY}",
    ],
)
def test_file_that_is_named_tells_what_it_needs(tmp_path: Path, line: str) -> None:
    house(tmp_path / "wheels", f"{NEEDY} needs thing", "thing-1.0-py3-none-any.whl", "needy-2.0-py3-none-any.whl")
    (tmp_path / "r.txt").write_text(f"/wheels/{NEEDY}\n")
    found = verdicts(tmp_path, f"COPY wheels /wheels\nCOPY r.txt /app/\nRUN {line}\n")
    assert {name: (each.outcome.value, each.file, each.needs_unknown) for name, each in found.items()} == {
        "needy": ("wheel", NEEDY, None),
        "thing": ("wheel", "thing-1.0-py3-none-any.whl", None),
    }


def test_what_a_named_file_needs_comes_from_the_index(tmp_path: Path) -> None:
    house(tmp_path / "wheels", f"{NEEDY} needs thing", "built-1.0.tar.gz needs thing", f"foreign-1.0-{GLIBC}")
    names = f"/wheels/{NEEDY}[x] /wheels/built-1.0.tar.gz /wheels/foreign-1.0-{GLIBC}"
    index = f"{LISTED}\nneedy-9.0-py3-none-any.whl"
    found = verdicts(tmp_path, f"COPY wheels /wheels\nRUN pip install {names}\n", index)
    assert {name: (each.outcome.value, each.file, each.via) for name, each in found.items()} == {
        "needy": ("wheel", NEEDY, ()),
        "built": ("compile", "built-1.0.tar.gz", ()),
        "foreign": ("unavailable", None, ()),
        "thing": ("wheel", "thing-1.5-py3-none-any.whl", ("needy",)),
        "indexed": ("wheel", "indexed-1.0-py3-none-any.whl", ("needy", "thing")),
    }


def test_named_file_that_is_not_seen(tmp_path: Path) -> None:
    """Its name tells all the same, what it needs does not show."""
    found = verdicts(tmp_path, f"COPY --from=x:1 /w /w\nRUN pip install /w/{NEEDY} /w/built-1.0.tar.gz\n")
    assert found["needy"].outcome is Outcome.WHEEL
    assert found["needy"].needs_unknown == "it is a local file, which is not fetched"
    assert (found["built"].outcome, found["built"].reason) == (Outcome.UNKNOWN, "it is a local file")


# Nothing there


def test_nothing_in_the_folder(tmp_path: Path) -> None:
    house(tmp_path / "wheels", f"thing-1.0-{GLIBC}", "other-1.0-py3-none-any.whl needs absent")
    found = verdicts(tmp_path, "COPY wheels /wheels\nRUN pip install --no-index -f /wheels thing other\n")
    assert (found["thing"].outcome, found["other"].outcome) == (Outcome.UNAVAILABLE, Outcome.WHEEL)
    assert found["thing"].reason == "no wheel for CPython 3.12 on musl 1.2 x86_64, and no source distribution"
    absent = found["absent"]
    assert (absent.outcome, absent.via) == (Outcome.UNAVAILABLE, ("other",))
    assert absent.reason == "`wheels/` has no file of it, and no index is asked"


@pytest.mark.parametrize(
    "before", ["RUN pip install -r unknown.txt\n", "RUN apk add py3-thing\n", "COPY --from=x /venv /venv\n"]
)
def test_what_may_be_there_already_need_not_be_in_the_folder(tmp_path: Path, before: str) -> None:
    house(tmp_path / "wheels", "other-1.0-py3-none-any.whl")
    found = verdicts(tmp_path, f"COPY wheels /wheels\n{before}{PIP}")["thing"]
    assert (found.outcome, found.reason) == (Outcome.UNKNOWN, "`wheels/` has no file of it, and no index is asked")


def test_no_index_without_a_folder(tmp_path: Path) -> None:
    found = verdicts(tmp_path, "RUN pip install --no-index thing\n", "thing-1.0-py3-none-any.whl")["thing"]
    assert (found.outcome, found.reason) == (Outcome.UNAVAILABLE, "no index is asked")


# Hashes


@pytest.mark.parametrize("right", [True, False])
def test_hashes_of_the_files_are_compared(tmp_path: Path, right: bool) -> None:
    house(tmp_path / "wheels", "thing-1.0-py3-none-any.whl")
    digest = hashlib.sha256((tmp_path / "wheels/thing-1.0-py3-none-any.whl").read_bytes()).hexdigest()
    (tmp_path / "r.txt").write_text(f"thing==1.0 --hash=sha256:{digest if right else 'a' * 64}\n")
    lines = "COPY wheels r.txt /w/\nRUN pip install --no-index -f /w -r /w/r.txt\n"
    found = verdicts(tmp_path, lines)["thing"]
    assert found.outcome is (Outcome.WHEEL if right else Outcome.UNAVAILABLE)


# The truth: real pip, asked for another platform


def real_pip(folder: Path, *arguments: str) -> dict[str, str]:
    """The file that pip takes for each project, of wheels alone."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    platforms = [word for minor in "210" for word in ("--platform", f"musllinux_1_{minor}_x86_64")]
    target = (*platforms, "--python-version", "3.12", "--only-binary", ":all:")
    command = (sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--report", "-", "--target", "x", *target)
    run = subprocess.run(
        [*command, "--no-index", *arguments],
        cwd=folder,
        env={**environment, "PIP_CONFIG_FILE": os.devnull},
        capture_output=True,
        check=False,
    )
    if run.returncode:
        return {}
    chosen = json.loads(run.stdout)["install"]
    return {each["metadata"]["name"]: each["download_info"]["url"].rpartition("/")[2] for each in chosen}


HOUSES = [
    ["thing-1.0-py3-none-any.whl", f"thing-1.0-{MUSL}", f"thing-2.0-{GLIBC}"],
    ["thing-1.0-py3-none-any.whl", "thing-1.0-1-py3-none-any.whl", "thing-1.0-2-py3-none-any.whl"],
    ["thing-1.0-py3-none-any.whl needs other", "other-1.0-py3-none-any.whl", "other-2.0a1-py3-none-any.whl"],
    ["thing-2.0-py3-none-any.whl needs other>1", "other-1.0-py3-none-any.whl", "thing-1.0-py3-none-any.whl"],
    ["thing-2.0b1-py3-none-any.whl"],
    ["Thing-1.0-py3-none-any.whl", "thing-0.9-py3-none-any.whl"],
    ["thing-1.0-cp312-cp312-musllinux_1_1_x86_64.whl", "thing-1.0-cp312-abi3-musllinux_1_2_x86_64.whl"],
    ["thing-1.0-cp312-cp312-musllinux_1_2_aarch64.whl"],
]


@pytest.mark.parametrize("files", HOUSES, ids=range(len(HOUSES)))
def test_as_real_pip(tmp_path: Path, files: list[str]) -> None:
    house(tmp_path / "wheels", *files)
    lines = "COPY wheels /wheels\nRUN pip install --no-index --only-binary :all: -f /wheels thing\n"
    found = verdicts(tmp_path, lines)
    ours = {name: each.file for name, each in found.items()} if all(each.file for each in found.values()) else {}
    assert ours == {name.lower(): file for name, file in real_pip(tmp_path, "-f", "wheels", "thing").items()}


def test_as_real_pip_reads_find_links_of_a_file(tmp_path: Path) -> None:
    """The first of a line alone, beside the file if it is there, else from where pip runs."""
    for name, version in [("sub/a", "1.0"), ("a", "2.0"), ("b", "3.0"), ("c", "4.0")]:
        house(tmp_path / name, f"thing-{version}-py3-none-any.whl")
    for text in ("-f a", "-f a -f c", "-f a\n-f b", "-f b"):
        (tmp_path / "sub/r.txt").write_text(f"{text}\nthing\n")
        lines = "COPY . /app\nWORKDIR /app\nRUN pip install --no-index -r sub/r.txt\n"
        ours = {name: each.file for name, each in verdicts(tmp_path, lines).items()}
        assert ours == real_pip(tmp_path, "-r", "sub/r.txt"), text
        assert re.fullmatch(r"thing-[1-4]\.0-py3-none-any\.whl", ours["thing"] or "")


def test_what_the_folder_lacks_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the user sees it: what is missing, and where it was looked for."""
    house(tmp_path / "wheels", "other-1.0-py3-none-any.whl needs thing")
    (tmp_path / "Dockerfile").write_text(
        f"{IMAGE}COPY wheels /wheels\nRUN pip install --no-cache-dir --no-index -f /wheels other\n"
    )
    assert main(["check", "--isolated", str(tmp_path / "Dockerfile")]) == 1
    lines = capsys.readouterr().out.splitlines()
    shown = f"{tmp_path.as_posix()}/wheels/"
    assert "error LA102 pip cannot install `thing` (" in lines[0]
    assert lines[0].endswith(f": `{shown}` has no file of it, and no index is asked")
    assert [line.strip() for line in lines if "evidence" in line] == [f"evidence: {shown}"]


def named_files(folder: Path, count: int) -> dict[str, WheelVerdict]:
    """Of as many files, each named by its path, and of some more that are not there."""
    house(folder / "wheels")
    for number in range(count):
        (folder / f"wheels/p{number}-1.0-py3-none-any.whl").touch()
    names = (f"/wheels/p{number}-1.0-py3-none-any.whl" for number in range(count + count // 15))
    (folder / "r.txt").write_text("\n".join(names))
    return verdicts(folder, "COPY . /\nRUN pip install --no-index -f /wheels -r r.txt\n")


def test_steps_grow_with_the_files_that_are_named(tmp_path: Path) -> None:
    assert_linear(lambda count: named_files(tmp_path / str(count), count), 200)


def test_very_many_files_that_are_named(tmp_path: Path) -> None:
    found = named_files(tmp_path, 2_900)
    assert (found["p7"].outcome, found["p7"].version) == (Outcome.UNKNOWN, "1.0")
