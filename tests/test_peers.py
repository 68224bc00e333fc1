"""What users of other linters report as false alarms and misses, with the fragments of their threads on GitHub.

Those that belong to a rule are examples in its room; here is what belongs to none, or to many.
"""

from pathlib import Path

import pytest

from lint_alpine.context import BuildContext
from lint_alpine.examples import ExampleIndex
from lint_alpine.linter import Settings, lint_source
from lint_alpine.registry import built_in
from lint_alpine.source import Source
from lint_alpine.wheels.sources import Sources
from tests.gathering import INDEX, facts_of

RULES = tuple(rule for rule in built_in() if rule.default)


def findings(text: str, folder: Path) -> list[str]:
    """`line:column CODE` of all that the default rules find."""
    index = ExampleIndex(INDEX)
    result = lint_source(Source("Dockerfile", text), BuildContext(folder), Settings(RULES, Sources([index], [index])))
    assert not result.failures
    return [f"{found.span.start.line}:{found.span.start.column} {found.code}" for found in result.diagnostics]


# No versions are asked for (class 3 of the peers' list), and all that apk takes is understood (class 4).
APK = {
    "hadolint#204": "apk add --no-cache curl git bash",
    "hadolint#290": "apk add --no-cache --repository https://index.example/alpine/v3.22/community curl",
    "hadolint#393": "P='bash=5.2.37-r0' && apk add --update --no-cache $P",
    "hadolint#408": "apk -X https://index.example/alpine/v3.22/main add --no-cache lttng-ust=2.10.4-r0",
    "hadolint#662": "wget -q https://index.example/a-1-r0.apk && apk add --no-cache --allow-untrusted a-1-r0.apk",
    "hadolint#956": "apk add --no-cache !pyc python3=3.12.11-r0",
    "hadolint#1165": "apk add --no-cache git~2.52.0 'curl~=8' 'jq=~1.7' 'bash<6'",
    "KICS#5124": "apk add --no-cache --virtual build-dependencies gnupg=1.0.0 unzip=1.0.0 curl=1.0.0;",
    "KICS#6000": "apk add --no-cache libstdc++ libxml++-2.6",
    "a value of its own": "apk add --no-cache --cache-max-age 1 --wait 10 --progress-fd 1 tini",
    "what packages provide": "apk add --no-cache so:libpq.so.5 cmd:bash pc:zlib abc@testing",
}


@pytest.mark.parametrize("command", APK.values(), ids=APK)
def test_words_of_apk(command: str, tmp_path: Path) -> None:
    assert findings(f"FROM alpine:3.22\nRUN {command}\n", tmp_path) == []


# No versions, and no options beside the cache's, are asked for (class 5).
PIP = {
    "hadolint#67": 'V=0.9.15; pip install whisper=="$V" https://index.example/carbon/tarball/0.9.x',
    "hadolint#157": "pip install --ignore-installed reports==3.1",
    "hadolint#229": "echo 'reports<4' > /c.txt && pip install --constraint /c.txt reports",
    "hadolint#287": "pip install --index-url https://index.example/simple foobar==1.0.0",
    "hadolint#389": "pip install git+https://index.example/a.git@main#egg=a",
    "hadolint#407": "pip install --extra-index-url $MIRROR_ARTIFACTORY awscli==1.18.22",
    "hadolint#459": "pip install --trusted-host https://index.example arrow==10",
    "hadolint#1067": 'pipx install --python "$(which python)" "poetry==$POETRY_VERSION"',
    "hadolint#1175": 'python -m pip install "${PACKAGE_NAME}==${PACKAGE_VERSION}"',
    "hadolint#585": "PIP_NO_CACHE_DIR=1 pip3 install some_package",
    "hadolint#604": "export PIP_NO_CACHE_DIR=1 && pip install numpy",
    "hadolint#1042": "python3 -m venv /app && source /app/bin/activate && pip install \\\n  --upgrade \\\n  tzdata",
}


@pytest.mark.parametrize("command", PIP.values(), ids=PIP)
def test_words_of_pip(command: str, tmp_path: Path) -> None:
    assert findings(f"FROM python:3.12-alpine\nENV PIP_NO_CACHE_DIR=1\nRUN {command}\n", tmp_path) == []


# What a line does is found whichever way it is written (class 7, and the table of syntax).
FORMS = {
    "shell": ("RUN pip install reports", "2:9"),
    "exec": ('RUN ["pip", "install", "reports"]', "2:14"),
    "exec with a shell": ('RUN ["/bin/sh", "-c", "pip install reports"]', "2:28"),
    "a shell in a shell": ("RUN sh -c 'pip install reports'", "2:16"),
    "env": ("RUN env X=1 pip install reports", "2:17"),
    "sudo": ("RUN sudo -H pip install reports", "2:17"),
    "a path": ("RUN /usr/local/bin/pip install reports", "2:24"),
    "a path with a variable": ("RUN $VENV/bin/pip install reports", "2:19"),
    "python -m": ("RUN python3.12 -I -m pip install reports", "2:26"),
    "pip wheel": ("RUN pip wheel reports", "2:9"),
    "ONBUILD": ("ONBUILD RUN pip install reports", "2:17"),
    "mount": ("RUN --mount=type=cache,target=/x --network=default pip install reports", "2:56"),
    "unknown flags": ("RUN --device=a/b=all --security=sandbox pip install reports", "2:45"),
    "here-document": ("RUN <<EOF\npip install reports\nEOF\nRUN true", "3:5"),
    "here-document with tabs": ("RUN <<-EOF\n\tpip install reports\n\tEOF\n# comment", "3:6"),
    "here-document with a quoted name": ("RUN <<'E O'\npip install reports\nE O", "3:5"),
    "here-document for a shell": ("RUN bash -ex <<EOF\npip install reports\nEOF", "3:5"),
    "here-document with a first line for a shell": ("RUN <<EOF\n#!/bin/sh -e\npip install reports\nEOF", "4:5"),
    "command behind a here-document": ("RUN cat <<EOF >/x && \\\n  pip install reports\n)\nEOF", "3:7"),
}


@pytest.mark.parametrize(("line", "place"), FORMS.values(), ids=FORMS)
def test_forms_of_a_command(line: str, place: str, tmp_path: Path) -> None:
    assert findings(f"FROM python:3.12-alpine\n{line}\n", tmp_path) == [f"{place} LA304"]


def test_another_escape_character(tmp_path: Path) -> None:
    text = "# escape=`\nFROM python:3.12-alpine\nRUN apk add `\n    libpq\nRUN pip install `\n    reports\n"
    assert findings(text, tmp_path) == ["3:9 LA303", "5:9 LA304"]


NOT_FOR_A_SHELL = {
    "a program's input": "RUN python3 <<EOF\nimport os\npip install reports\nEOF",
    "a first line for another program": "RUN <<EOF\n#!/usr/bin/env python3\npip install reports\nEOF",
    "a file": "COPY <<EOF /install.sh\npip install reports\nEOF",
    "a file that a command writes": "RUN cat > /install.sh <<'EOF'\npip install reports\nEOF",
}


@pytest.mark.parametrize("lines", NOT_FOR_A_SHELL.values(), ids=NOT_FOR_A_SHELL)
def test_what_is_no_command(lines: str, tmp_path: Path) -> None:
    assert findings(f"FROM python:3.12-alpine\n{lines}\n", tmp_path) == []


# The image is what the ARGs say (class 9); one that nobody gave a value is nothing that could be judged.
FROM = {
    "hadolint#339": ("ARG BASE_IMAGE\nFROM ${BASE_IMAGE:-python:3.12-alpine}", "python:3.12-alpine"),
    "hadolint#689": ("ARG R=docker.io/library\nFROM $R/python:3.12-alpine", "docker.io/library/python:3.12-alpine"),
    "hadolint#858": ("ARG V=3.12\nARG BASE_IMAGE=python:$V-alpine\nFROM ${BASE_IMAGE} as main", "python:3.12-alpine"),
    "hadolint#979, a suffix": ("ARG S\nFROM python:3.12-alpine${S}", "python:3.12-alpine"),
    "a stage": ("ARG src=1\nFROM python:3.12-alpine AS img1\nFROM img${src}", "img1"),
    "no value": ("ARG BASE_IMAGE\nFROM ${BASE_IMAGE}", None),
    "no tag": ("ARG TAG\nFROM python:${TAG}", None),
}


@pytest.mark.parametrize(("text", "image"), FROM.values(), ids=FROM)
def test_arguments_in_from(text: str, image: str | None) -> None:
    final = facts_of(f"{text}\nRUN pip install only-glibc\n", index=INDEX).final
    assert final is not None
    assert final.on_musl == (image is not None)
    assert image in (None, final.stage.base.reference)


# Where packages come from beside the index that is asked (class 31): nothing is claimed of what may come from there.
ELSEWHERE = {
    "pip config set": "RUN pip config set global.extra-index-url https://index.example/musl",
    "pip config set, maybe": "RUN test -e /ci && pip config set global.index-url https://index.example/musl || true",
    "pip.conf by echo": 'RUN echo "[global]" > /etc/pip.conf && echo "index-url = https://i.example" >> /etc/pip.conf',
    "pip.conf by printf": "RUN mkdir -p ~/.pip && printf '[global]\\nfind-links=https://i\\n' > ~/.pip/pip.conf",
    "pip.conf at home": 'RUN echo "[global]" > $HOME/.pip/pip.conf && echo "index-url=//i" >> $HOME/.pip/pip.conf',
    "pip.conf with a variable": 'ARG U\nRUN printf "[global]\\nindex-url=%s\\n" "$U" > /etc/pip.conf',
    "pip.conf in a here-document": "COPY <<EOF /etc/pip.conf\n[global]\nindex-url = https://i.example\nEOF",
    "pip.conf that is not here": "COPY pip.conf /etc/pip.conf",
    "pip.conf of another image": "COPY --from=registry.example/base /etc/pip.conf /etc/",
    "a secret variable": "RUN --mount=type=secret,id=u,env=PIP_INDEX_URL pip install only-glibc",
    "a variable": "ENV PIP_FIND_LINKS=https://i.example",
    "an argument without value": "ARG PIP_EXTRA_INDEX_URL",
}


@pytest.mark.parametrize("lines", ELSEWHERE.values(), ids=ELSEWHERE)
def test_packages_from_elsewhere(lines: str) -> None:
    run = "" if "only-glibc" in lines else "RUN pip install only-glibc"
    (install,) = [
        install
        for _, install in facts_of(f"FROM python:3.12-alpine\n{lines}\n{run}\n", index=INDEX).installs
        if install.install.requirements.dependencies
    ]
    assert [verdict.outcome for verdict in install.verdicts] == ["unknown"]


NOT_ELSEWHERE = {
    "nothing": "RUN true",
    "a download somewhere": "RUN wget -q https://i.example/x && tar xf x",
    "another secret": "RUN --mount=type=secret,id=token true",
    "a secret of another RUN": "RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf true",
    "a setting of another kind": "RUN pip config set global.timeout 60",
    "the file of another user": "RUN adduser -D app && mkdir -p /home/app/.pip && echo x > /home/app/.pip/pip.conf",
    "PIP_CONFIG_FILE=/dev/null": "COPY pip.conf /etc/pip.conf\nENV PIP_CONFIG_FILE=/dev/null",
}


@pytest.mark.parametrize("lines", NOT_ELSEWHERE.values(), ids=NOT_ELSEWHERE)
def test_packages_from_the_index(lines: str) -> None:
    facts = facts_of(f"FROM python:3.12-alpine\n{lines}\nRUN pip install only-glibc\n", index=INDEX)
    (install,) = [install for _, install in facts.installs]
    assert [verdict.outcome for verdict in install.verdicts] == ["compile"]


# A failure that does not end the build is told all the same (class 8), unless the script is prepared for it.
@pytest.mark.parametrize(
    ("script", "codes"),
    [
        ("pip install --no-cache-dir 'reports>9'", ["LA102"]),
        ("<<EOF\npip install --no-cache-dir 'reports>9'\ntrue\nEOF", ["LA102"]),
        ("pip install --no-cache-dir 'reports>9'; true", ["LA102"]),
        ("pip install --no-cache-dir 'reports>9' || true", []),
        ("<<EOF\npip install --no-cache-dir 'reports>9' || true\nEOF", []),
        ("if pip install --no-cache-dir 'reports>9'; then true; fi", []),
        ("! pip install --no-cache-dir 'reports>9'", []),
        ("pip install --no-cache-dir psycopg2", ["LA201", "LA202"]),
        ("pip install --no-cache-dir psycopg2 || true", []),
    ],
)
def test_failures(script: str, codes: list[str], tmp_path: Path) -> None:
    found = findings(f"FROM python:3.12-alpine\nRUN {script}\n", tmp_path)
    assert [each.split()[1] for each in found] == codes


# Rules about size speak of the image that ships (class 10), those about builds of every stage.
def test_stages_that_do_not_ship(tmp_path: Path) -> None:
    builder = "FROM python:3.12-alpine AS builder\nRUN apk add build-base\nRUN pip install reports psycopg2\n"
    assert [each.split()[1] for each in findings(f"{builder}FROM alpine:3.22\n", tmp_path)] == ["LA202"]
    shipped = findings(f"{builder}FROM builder\n", tmp_path)
    assert [each.split()[1] for each in shipped] == ["LA303", "LA305", "LA304", "LA202"]
