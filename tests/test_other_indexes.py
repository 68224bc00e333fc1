"""Indexes that only the files and commands of a build name: what may come from there is not judged."""

from pathlib import Path

import pytest

from tests.gathering import INDEX, facts_of

PIP = "COPY pip.conf {}\nRUN {} install only-glibc"
UV = "COPY uv.toml {}\nRUN uv pip install --system only-glibc"
ELSEWHERE = {
    # pip's own file of a Python: in its prefix, which is that of the virtual environment where there is one.
    "site": PIP.format("/usr/local/pip.conf", "pip"),
    "site of a module": PIP.format("/usr/local/", "python3 -m pip"),
    "site of a path": PIP.format("/usr/local/pip.conf", "/usr/local/bin/pip"),
    "venv on PATH": "RUN python -m venv /v\nENV PATH=/v/bin:$PATH\n" + PIP.format("/v/pip.conf", "pip"),
    "venv activated": "RUN python -m venv /v\n" + PIP.format("/v/", ". /v/bin/activate && pip"),
    "venv by path": "WORKDIR /app\nRUN python -m venv v\n" + PIP.format("v/pip.conf", "v/bin/pip"),
    "system": PIP.format("/etc/pip.conf", "pip"),
    "user": PIP.format("/root/.config/pip/pip.conf", "pip"),
    "another user": "RUN adduser -D app\n" + PIP.format("/home/app/.config/pip/pip.conf", "su-exec app pip"),
    "uv, system": UV.format("/etc/uv/uv.toml"),
    "uv, user": UV.format("/root/.config/uv/uv.toml"),
    "poetry source": "COPY pyproject.toml .\nRUN poetry source add own https://index.example/simple && poetry install",
    "poetry source, add": "COPY pyproject.toml .\nRUN poetry source add -p primary own $URL\nRUN poetry add only-glibc",
    "pipenv": "RUN pipenv install --index https://index.example/simple only-glibc",
    "pipenv, pip": "RUN pipenv install --extra-pip-args='--extra-index-url=https://index.example/simple' only-glibc",
    "pipenv, pip's main": "RUN pipenv install --extra-pip-args '-i https://index.example/simple' only-glibc",
}
NOT_ELSEWHERE = {
    "site, in a venv": "RUN python -m venv /v\n" + PIP.format("/usr/local/pip.conf", "/v/bin/pip"),
    "venv, outside": "RUN python -m venv /v\n" + PIP.format("/v/pip.conf", "pip"),
    "site of another Python": PIP.format("/usr/pip.conf", "pip"),
    "another folder": PIP.format("/opt/pip.conf", "pip"),
    "another user": PIP.format("/home/app/.config/pip/pip.conf", "pip"),
    "root's": "RUN adduser -D app\n" + PIP.format("/root/.config/pip/pip.conf", "su-exec app pip"),
    "isolated": PIP.format("/usr/local/pip.conf", "pip --isolated"),
    "uv reads no pip.conf": "COPY pip.conf /usr/local/pip.conf\nRUN uv pip install --system only-glibc",
    "pip reads no uv.toml": "COPY uv.toml /etc/uv/uv.toml\nRUN pip install only-glibc",
    "poetry, explicit": (
        "COPY pyproject.toml .\nRUN poetry source add --priority explicit own https://index.example/simple"
        " && poetry install"
    ),
    "poetry source show": "COPY pyproject.toml .\nRUN poetry source show own && poetry install",
    "poetry, another project": (
        "COPY pyproject.toml /app/\nRUN poetry source add own https://index.example/simple\n"
        "RUN cd /app && poetry install"
    ),
    "pipenv": "RUN pipenv install --extra-pip-args='--no-deps' only-glibc",
    "pipenv, a name": "RUN pipenv install --index pypi only-glibc",
}


def outcome(lines: str, folder: Path) -> str:
    (folder / "pip.conf").write_text("[global]\nextra-index-url = https://index.example/simple\n")
    (folder / "uv.toml").write_text('extra-index-url = ["https://index.example/simple"]\n')
    (folder / "pyproject.toml").write_text('[tool.poetry]\nname = "p"\n[tool.poetry.dependencies]\nonly-glibc = "*"\n')
    *_, (_, install) = facts_of(f"FROM python:3.12-alpine\n{lines}\n", folder, INDEX).installs
    return {verdict.name: verdict.outcome.value for verdict in install.verdicts}["only-glibc"]


@pytest.mark.parametrize("lines", ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_may_come_from_elsewhere(lines: str, tmp_path: Path) -> None:
    assert outcome(lines, tmp_path) == "unknown"


@pytest.mark.parametrize("lines", NOT_ELSEWHERE.values(), ids=NOT_ELSEWHERE)
def test_what_does_not(lines: str, tmp_path: Path) -> None:
    assert outcome(lines, tmp_path) == "compile"


def test_the_places_in_a_project_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.poetry]\nname = "p"\n[tool.poetry.dependencies]\nreports = "*"\n')
    added = "poetry source add own https://index.example/simple"
    text = f"FROM python:3.12-alpine\nCOPY . .\nRUN {added}\nRUN poetry install\n"
    ((_, install),) = facts_of(text, tmp_path, INDEX).installs
    (dependency,) = install.install.requirements.dependencies
    assert (dependency.span.source.path, dependency.span.start.line) == ("pyproject.toml", 4)
    assert install.install.requirements.indexes == ("https://index.example/simple",)


def test_many_sources_end(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.poetry]\nname = "p"\n')
    lines = "\n".join(f"poetry source add s{number} https://index.example/{number}" for number in range(2000))
    text = f"FROM python:3.12-alpine\nCOPY . .\nRUN <<EOF\n{lines}\nEOF\nRUN poetry install\n"
    ((_, install),) = facts_of(text, tmp_path, INDEX).installs
    assert "`poetry` changes it during the build" in install.unreadable[0].message
