"""What stands at a path of a stage's file system."""

from pathlib import Path

import pytest

from lint_alpine.context import BuildContext
from lint_alpine.dockerfile.instructions import parse
from lint_alpine.gather import gather
from lint_alpine.image_files import NOTHING_COPIES_IT, FromContext, ImageFiles
from lint_alpine.source import Source
from lint_alpine.wheels.sources import Sources
from tests.steps import assert_linear, counted

FILES = ("requirements.txt", "app/requirements.txt", "app/sub/dev.txt", "deep/requirements/base.txt")


@pytest.fixture
def context(tmp_path: Path) -> BuildContext:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    return BuildContext(tmp_path)


@pytest.mark.parametrize(
    ("lines", "command", "read"),
    [
        ("COPY requirements.txt .", "-r requirements.txt", "requirements.txt"),
        ("COPY requirements.txt /tmp/r.txt", "-r /tmp/r.txt", "requirements.txt"),
        ("COPY requirements.txt /tmp/", "-r /tmp/requirements.txt", "requirements.txt"),
        ("COPY requirements.txt /tmp", "-r /tmp/requirements.txt", "requirements.txt"),
        ("WORKDIR /w\nCOPY requirements.txt ./", "-r /w/requirements.txt", "requirements.txt"),
        ("WORKDIR /w\nCOPY . .", "-r app/requirements.txt", "app/requirements.txt"),
        ("COPY . /src", "-r /src/app/sub/dev.txt", "app/sub/dev.txt"),
        ("COPY app /src", "-r /src/requirements.txt", "app/requirements.txt"),
        ("COPY app/ requirements.txt /src/", "-r /src/requirements.txt", "requirements.txt"),
        ("COPY app/sub/dev.txt requirements.txt .", "-r dev.txt", "app/sub/dev.txt"),
        ("COPY req*.txt /r/", "-r /r/requirements.txt", "requirements.txt"),
        ("COPY a?p /r/", "-r /r/sub/dev.txt", "app/sub/dev.txt"),
        ("COPY */requirements /r/", "-r /r/base.txt", "deep/requirements/base.txt"),
        ("COPY [a-f]pp/[^a-q]*.txt /r/", "-r /r/requirements.txt", "app/requirements.txt"),
        ('COPY ["app/requirements.txt", "/with space/"]', "-r '/with space/requirements.txt'", "app/requirements.txt"),
        ('ENV D=/data\nCOPY ["app", "$D"]', "-r ${D}/requirements.txt", "app/requirements.txt"),
        ("ENV D=/data\nCOPY app $D", "-r ${D}/requirements.txt", "app/requirements.txt"),
        ("COPY --chown=a:b app/requirements.txt .", "-r requirements.txt", "app/requirements.txt"),
        ("COPY --link --chmod=0644 app/requirements.txt .", "-r requirements.txt", "app/requirements.txt"),
        ("COPY --parents app/sub/dev.txt /p/", "-r /p/app/sub/dev.txt", "app/sub/dev.txt"),
        ("COPY --parents app/./sub/dev.txt /p/", "-r /p/sub/dev.txt", "app/sub/dev.txt"),
        ("COPY --parents */sub /p", "-r /p/app/sub/dev.txt", "app/sub/dev.txt"),
        ("COPY --parents **/*.txt .", "-r deep/requirements/base.txt", "deep/requirements/base.txt"),
        ("COPY --parents=false app/sub/dev.txt .", "-r dev.txt", "app/sub/dev.txt"),
        ("COPY --exclude=sub --exclude=*.md app .", "-r requirements.txt", "app/requirements.txt"),
        ("COPY app .\nCOPY --exclude=**/*.txt . .", "-r requirements.txt", "app/requirements.txt"),
        ("ADD deep /", "-r /requirements/base.txt", "deep/requirements/base.txt"),
        ("ADD --unpack=false app/requirements.txt /", "-r /requirements.txt", "app/requirements.txt"),
        ("COPY requirements.txt /a.txt\nCOPY app/requirements.txt /a.txt", "-r /a.txt", "app/requirements.txt"),
        ("COPY app /app", "-r /app/../app/requirements.txt", "app/requirements.txt"),
        # What is copied beside it from where nothing is known hides nothing.
        ("COPY app .\nADD https://index.example/tool .", "-r requirements.txt", "app/requirements.txt"),
        ("COPY app .\nADD https://index.example/x.git .", "-r requirements.txt", "app/requirements.txt"),
        ("COPY app .\nADD old.tar.gz .", "-r requirements.txt", "app/requirements.txt"),
        ("COPY app .\nCOPY --from=other:1 /data .", "-r requirements.txt", "app/requirements.txt"),
    ],
)
def test_copied(context: BuildContext, lines: str, command: str, read: str) -> None:
    text = f"FROM python:3.12-alpine\n{lines}\nRUN pip install {command}\n"
    assert list(gather(parse(Source("Dockerfile", text)), context, Sources([], [])).files) == [read]


@pytest.mark.parametrize(
    ("run", "read"),
    [
        ("--mount=type=bind,source=requirements.txt,target=/r.txt pip install -r /r.txt", "requirements.txt"),
        ("--mount=source=requirements.txt,target=r.txt pip install -r r.txt", "requirements.txt"),
        ("--mount=target=/ctx pip install -r /ctx/app/requirements.txt", "app/requirements.txt"),
        ("--mount=type=bind,target=. pip install -r app/requirements.txt", "app/requirements.txt"),
    ],
)
def test_bind_mounts(context: BuildContext, run: str, read: str) -> None:
    text = f"FROM python:3.12-alpine\nWORKDIR /w\nRUN {run}\n"
    assert list(gather(parse(Source("Dockerfile", text)), context, Sources([], [])).files) == [read]


@pytest.mark.parametrize(
    ("built", "copied", "path", "read"),
    [
        ("COPY app /s", "/s /y", "/y/requirements.txt", "app/requirements.txt"),
        ("COPY app /s", "/s/requirements.txt /y", "/y", "app/requirements.txt"),
        ("COPY app /s", "/s/requirements.txt /y", "/y/requirements.txt", "app/requirements.txt"),
        ("COPY app /s", "/s/*.txt /y/", "/y/requirements.txt", "app/requirements.txt"),
        ("COPY app /s", "/s/sub /s/requirements.txt /y/", "/y/dev.txt", "app/sub/dev.txt"),
        ("COPY app /s", "--parents /s/./sub /y", "/y/sub/dev.txt", "app/sub/dev.txt"),
        ("COPY app /s", "--parents /s/sub /y", "/y/s/sub/dev.txt", "app/sub/dev.txt"),
        ("WORKDIR /w\nCOPY app .", "w /y", "/y/requirements.txt", "app/requirements.txt"),
        # That another program ran there hides nothing.
        ("COPY app /s\nRUN curl -O https://index.example/x", "/s /y", "/y/requirements.txt", "app/requirements.txt"),
        ("RUN curl -O https://index.example/x", "/s /", "/requirements.txt", "requirements.txt"),
    ],
)
def test_copied_from_a_stage(context: BuildContext, built: str, copied: str, path: str, read: str) -> None:
    text = (
        f"FROM scratch AS x\n{built}\nFROM python:3.12-alpine\nCOPY requirements.txt /\n"
        f"COPY --from=x {copied}\nRUN pip install -r {path}"
    )
    assert list(gather(parse(Source("Dockerfile", text)), context, Sources([], [])).files) == [read]


def test_copies_in_a_circle_of_stages_end(context: BuildContext) -> None:
    """Each stage copies twice from the one before, to different places: the ways double with each stage."""
    stages = [f"FROM scratch AS s{n}\nCOPY --from=s{n - 1} / /\nCOPY --from=s{n - 1} /a /" for n in range(1, 400)]
    text = "FROM scratch AS s0\n" + "\n".join(stages) + "\nRUN pip install -r /r.txt"
    with counted(most=50_000_000):
        facts = gather(parse(Source("Dockerfile", text)), context, Sources([], []))
    (_, install), *_ = facts.installs
    assert "too many COPY instructions would have to be followed" in install.unreadable[0].message


def test_uv_copied_from_its_image(context: BuildContext) -> None:
    text = (
        "FROM python:3.12-alpine\nCOPY --from=ghcr.io/astral-sh/uv:0.9 /uv /uvx /bin/\n"
        "COPY requirements.txt .\nRUN uv pip install --system -r requirements.txt"
    )
    facts = gather(parse(Source("Dockerfile", text)), context, Sources([], []))
    assert list(facts.files) == ["requirements.txt"]
    assert [install.installer for _, install in facts.installs] == ["uv"]


def test_a_here_document_keeps_its_places(context: BuildContext) -> None:
    text = "FROM python:3.12-alpine\nCOPY <<EOF /r.txt\n# é\n  flask==1.0  # x\nEOF\nRUN pip install -r /r.txt"
    facts = gather(parse(Source("Dockerfile", text)), context, Sources([], []))
    (_, install), *_ = facts.installs
    (dependency,) = install.install.requirements.dependencies
    assert dependency.span.text == "flask==1.0"
    assert (dependency.span.source.path, dependency.span.start.line, dependency.span.start.column) == (
        "Dockerfile",
        4,
        3,
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("", "no COPY or ADD of this file puts it there"),
        ("COPY absent/requirements.txt .", "there is no `absent/requirements.txt` in the build context"),
        ("COPY --exclude=*.txt . .", "no COPY or ADD of this file puts it there"),
        ("COPY --parents app/requirements.txt .", "no COPY or ADD of this file puts it there"),
        ("ADD https://index.example/x/requirements.txt?a=b /", "it is downloaded from https://index.example/x/re"),
        ("ADD https://index.example/x.git /", "it is downloaded from https://index.example/x.git"),
        ("ADD git@index.example:x/y.git#main .", "it is downloaded from git@index.example:x/y.git#main"),
        ("ADD src.TAR.gz .", "it may be in the archive `src.TAR.gz`, which is not unpacked here"),
        ("ADD --unpack=false src.tar.gz .", "no COPY or ADD of this file puts it there"),
        ("COPY src.tar.gz .", "no COPY or ADD of this file puts it there"),
        ("ADD --unpack https://index.example/x.tgz .", "it is downloaded from https://index.example/x.tgz"),
        ("COPY --from=other:1 / /", "it is copied from `other:1`"),
        ("COPY <<EOF /requirements.txt\nflask==$V\nEOF", "variables of the build stand in it"),
        ("COPY ../up.txt requirements.txt", "the path leaves the build context"),
        ("COPY out.txt requirements.txt", "a symbolic link leaves the build context"),
        ("ADD https://index.example/r.txt requirements.txt", "it is downloaded from https://index.example/r.txt"),
        ("COPY --from=other:1 /r.txt requirements.txt", "it is copied from `other:1`"),
        ("RUN git clone https://index.example/x .", "`git` may write it during the build"),
    ],
)
def test_what_cannot_be_read_says_why(context: BuildContext, lines: str, message: str) -> None:
    (context.root / "out.txt").symlink_to("/etc/hostname")
    (context.root.parent / "up.txt").write_text("secret")
    text = f"FROM python:3.12-alpine\n{lines}\nRUN pip install -r requirements.txt\n"
    facts = gather(parse(Source("Dockerfile", text)), context, Sources([], []))
    (_, install), *_ = facts.installs
    (unreadable,) = install.unreadable
    assert message in unreadable.message
    assert unreadable.span.text == "requirements.txt"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("COPY . .", "there is no `r.txt` in the build context"),
        ("COPY requirements.txt .\nCOPY . .\nCOPY app /app", "there is no `r.txt` in the build context"),
        ("COPY app .", "there is no `app/r.txt` in the build context"),
        ("COPY a?p/ /", "there is no `app/r.txt` in the build context"),
        ("COPY app .\nCOPY deep .", "there is no `deep/r.txt` in the build context"),
        ("COPY app /app", "no COPY or ADD of this file puts it there"),
        ("COPY requirements.txt .", "no COPY or ADD of this file puts it there"),
        ("COPY absent/ .", "no COPY or ADD of this file puts it there"),
        ("COPY --exclude=*.txt . .", "no COPY or ADD of this file puts it there"),
        # It may come from elsewhere as well.
        ("COPY . .\nADD git@index.example:x/y.git .", "it is downloaded from git@index.example:x/y.git"),
        ("COPY . .\nRUN git clone https://index.example/x .", "`git` may write it during the build"),
    ],
)
def test_a_folder_without_the_file_is_told(context: BuildContext, lines: str, message: str) -> None:
    text = f"FROM python:3.12-alpine\n{lines}\nRUN pip install -r r.txt\n"
    (_, install), *_ = gather(parse(Source("Dockerfile", text)), context, Sources([], [])).installs
    (unreadable,) = install.unreadable
    assert message in unreadable.message


def lines(*groups: tuple[int, str]) -> str:
    """A Dockerfile that has each line so many times, with its number."""
    return IMAGE + "\n".join(line.format(number) for count, line in groups for number in range(count))


IMAGE = "FROM python:3.12-alpine\n"


def test_steps_grow_with_the_copies_and_installs(context: BuildContext) -> None:
    def look(count: int) -> None:
        files = ImageFiles()
        for number in range(count):
            files.placed.append(FromContext(context, ("app",), f"/a{number}", into=False))
        for number in range(count):
            found = files.at("/w").read(f"/a{number}/sub/dev.txt")
            assert isinstance(found, Source)
            assert files.at("/w").read(f"x{number}.txt") is NOTHING_COPIES_IT

    assert_linear(look, 100)


def test_steps_grow_with_the_files_that_commands_write(context: BuildContext) -> None:
    def build(count: int) -> None:
        commands = "; ".join(f"echo x >> /f{number}" for number in range(count))
        gather(parse(Source("Dockerfile", f"{IMAGE}RUN {commands}")), context, Sources([], []))

    assert_linear(build, 100)


@pytest.mark.parametrize(
    "copies",
    [
        "COPY absent/requirements.txt /\n" * 2_000,
        "COPY" + " absent" * 2_000 + " /\n",
        "".join(f"FROM s{n - 1} AS s{n}\nCOPY app /a{n}\n" for n in range(1, 700)),
    ],
    ids=["copies", "sources", "stages"],
)
def test_files_are_looked_for_within_limits(copies: str, context: BuildContext) -> None:
    text = f"FROM python:3.12-alpine AS s0\n{copies}COPY requirements.txt /w/\nRUN pip install -r /w/requirements.txt\n"
    text += "".join(f"RUN pip install -r /r{number}.txt\n" for number in range(300))
    with counted(most=30_000_000):
        facts = gather(parse(Source("Dockerfile", text)), context, Sources([], []))
    assert list(facts.files) == ["requirements.txt"]
    told = [install.unreadable[0].message for _, install in [*facts.installs][1:]]
    assert "too many COPY instructions would have to be followed" in told[-1]
    assert "no COPY or ADD" in told[0] or "in the build context" in told[0]


def test_patterns_are_compared_within_limits(context: BuildContext) -> None:
    context.comparable = 3
    text = (
        f"{IMAGE}COPY r*.txt /w/\nCOPY a*/r*.txt /x/\nRUN pip install -r /x/requirements.txt\nRUN pip install /x/*.whl"
    )
    (_, install), (_, unknown) = gather(parse(Source("Dockerfile", text)), context, Sources([], [])).installs
    assert "too many files of the build context would have to be compared" in install.unreadable[0].message
    assert not unknown.install.requirements.complete
