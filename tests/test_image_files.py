"""What stands at a path of a stage's file system."""

from pathlib import Path

import pytest

from lint_alpine.context import BuildContext
from lint_alpine.dockerfile.instructions import parse
from lint_alpine.gather import gather
from lint_alpine.source import Source
from lint_alpine.wheels.sources import Sources

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
        ("COPY req*.txt /r/", "-r /r/requirements.txt", "requirements.txt"),
        ('COPY ["app/requirements.txt", "/with space/"]', "-r '/with space/requirements.txt'", "app/requirements.txt"),
        ("ENV D=/data\nCOPY app $D", "-r ${D}/requirements.txt", "app/requirements.txt"),
        ("COPY --chown=a:b app/requirements.txt .", "-r requirements.txt", "app/requirements.txt"),
        ("COPY --parents app/sub/dev.txt /p/", "-r /p/app/sub/dev.txt", "app/sub/dev.txt"),
        ("ADD deep /", "-r /requirements/base.txt", "deep/requirements/base.txt"),
        ("COPY requirements.txt /a.txt\nCOPY app/requirements.txt /a.txt", "-r /a.txt", "app/requirements.txt"),
        ("COPY app /app", "-r /app/../app/requirements.txt", "app/requirements.txt"),
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


def test_copied_from_a_stage(context: BuildContext) -> None:
    text = "FROM a AS x\nCOPY app /s\nFROM python:3.12-alpine\nCOPY --from=x /s /y\nRUN pip install -r /y/requirements.txt"
    assert list(gather(parse(Source("Dockerfile", text)), context, Sources([], [])).files) == ["app/requirements.txt"]


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
