"""Alpine images that are built well, and so get no finding: with all that a plain, offline run has."""

from pathlib import Path
from textwrap import dedent

import pytest

from lint_alpine.context import BuildContext
from lint_alpine.linter import Settings, lint_source
from lint_alpine.registry import built_in
from lint_alpine.source import Source
from lint_alpine.wheels.snapshot import Snapshot
from lint_alpine.wheels.sources import Sources
from lint_alpine.wheels.verdict import Outcome

DIGEST = "0123456789abcdef" * 4

LOCKED_BY_UV = f"""\
version = 1
revision = 3
requires-python = ">=3.12"

[[package]]
name = "shop"
version = "1.0.0"
source = {{ virtual = "." }}
dependencies = [{{ name = "orjson" }}, {{ name = "structlog" }}]

[package.metadata]
requires-dist = [{{ name = "orjson" }}, {{ name = "structlog" }}]

[[package]]
name = "orjson"
version = "3.10.18"
source = {{ registry = "https://index.example/simple" }}
sdist = {{ url = "https://files.example/orjson-3.10.18.tar.gz", hash = "sha256:{DIGEST}" }}
wheels = [
    {{ url = "https://files.example/orjson-3.10.18-cp313-cp313-manylinux2014_x86_64.whl", hash = "sha256:{DIGEST}" }},
    {{ url = "https://files.example/orjson-3.10.18-cp313-cp313-musllinux_1_2_x86_64.whl", hash = "sha256:{DIGEST}" }},
]

[[package]]
name = "structlog"
version = "25.4.0"
source = {{ registry = "https://index.example/simple" }}
sdist = {{ url = "https://files.example/structlog-25.4.0.tar.gz", hash = "sha256:{DIGEST}" }}
wheels = [
    {{ url = "https://files.example/structlog-25.4.0-py3-none-any.whl", hash = "sha256:{DIGEST}" }},
]
"""

PROJECT = """\
[project]
name = "shop"
version = "1.0.0"
requires-python = ">=3.12"
dependencies = ["orjson", "structlog"]
"""

LOCKED_BY_POETRY = f"""\
[[package]]
name = "markupsafe"
version = "3.0.2"
description = ""
optional = false
python-versions = ">=3.9"
groups = ["main"]
files = [
    {{file = "MarkupSafe-3.0.2-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", hash = "sha256:{DIGEST}"}},
    {{file = "MarkupSafe-3.0.2-cp313-cp313-musllinux_1_2_x86_64.whl", hash = "sha256:{DIGEST}"}},
    {{file = "markupsafe-3.0.2.tar.gz", hash = "sha256:{DIGEST}"}},
]

[metadata]
lock-version = "2.1"
python-versions = ">=3.12"
content-hash = "{DIGEST}"
"""

POETRY_PROJECT = """\
[project]
name = "shop"
version = "1.0.0"
requires-python = ">=3.12"
dependencies = ["markupsafe (>=3.0)"]

[tool.poetry]
package-mode = false

[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""

# What it is -> the files of the build, the Dockerfile first.
IMAGES: dict[str, dict[str, str]] = {
    "one stage, wheels alone": {
        "Dockerfile": """
            FROM python:3.12-alpine
            WORKDIR /app
            COPY requirements.txt .
            RUN pip install --no-cache-dir -r requirements.txt
            COPY . .
            CMD ["python", "-m", "shop"]
            """,
        "requirements.txt": "numpy==2.2.6\npandas==2.2.3\npydantic==2.11.7\n",
    },
    "a pinned Alpine that gets updates, and a cache mount": {
        "Dockerfile": """
            # syntax=docker/dockerfile:1
            FROM python:3.13-alpine3.22
            COPY requirements.txt /tmp/
            RUN --mount=type=cache,target=/root/.cache/pip pip install -r /tmp/requirements.txt
            """,
        "requirements.txt": "cryptography==45.0.5\nlxml==6.0.0\ncffi==1.17.1\n",
    },
    "the newest Python, and packages that stay": {
        "Dockerfile": """
            FROM python:3.14-alpine3.24
            ENV PIP_NO_CACHE_DIR=1 PYTHONUNBUFFERED=1 LANG=C.UTF-8
            RUN apk add --no-cache ca-certificates curl tini && \\
                pip install --root-user-action=ignore orjson==3.11.4 psutil
            ENTRYPOINT ["/sbin/tini", "--"]
            CMD ["python3", "-m", "http.server"]
            """,
    },
    "compiled in a venv of the first stage, libraries in the second": {
        "Dockerfile": """
            FROM python:3.13-alpine3.23 AS builder
            RUN apk add build-base linux-headers postgresql-dev
            RUN python -m venv /venv
            ENV PATH="/venv/bin:$PATH"
            COPY requirements.txt .
            RUN pip install -r requirements.txt

            FROM python:3.13-alpine3.23
            RUN apk add --no-cache libpq
            COPY --from=builder /venv /venv
            ENV PATH="/venv/bin:$PATH"
            CMD ["uwsgi", "--ini", "/etc/uwsgi.ini"]
            """,
        "requirements.txt": "psycopg2==2.9.10\nuwsgi==2.0.30\n",
    },
    "lxml against Alpine's own libxml2": {
        "Dockerfile": """
            FROM python:3.14-alpine3.23 AS builder
            RUN apk add --no-cache gcc musl-dev libxml2-dev libxslt-dev
            RUN pip wheel --no-cache-dir --wheel-dir /wheels lxml==5.4.0

            FROM python:3.14-alpine3.23
            RUN apk add --no-cache libxml2 libxslt
            COPY --from=builder /wheels /wheels
            RUN pip install --no-cache-dir --no-index --find-links=/wheels lxml==5.4.0 && rm -rf /wheels
            """,
    },
    "uv, copied from its own image": {
        "Dockerfile": """
            FROM python:3.13-alpine AS builder
            COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /uvx /bin/
            ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=0
            WORKDIR /app
            RUN --mount=type=cache,target=/root/.cache/uv \\
                --mount=type=bind,source=uv.lock,target=uv.lock \\
                --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\
                uv sync --frozen --no-install-project --no-dev
            COPY . /app
            RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-dev

            FROM python:3.13-alpine
            COPY --from=builder /app /app
            ENV PATH="/app/.venv/bin:$PATH"
            CMD ["python", "-m", "shop"]
            """,
        "pyproject.toml": PROJECT,
        "uv.lock": LOCKED_BY_UV,
    },
    "uv, one stage, then a command in what it made": {
        "Dockerfile": """
            FROM ghcr.io/astral-sh/uv:python3.13-alpine
            WORKDIR /app
            ENV UV_NO_CACHE=1
            COPY pyproject.toml uv.lock ./
            RUN uv sync --locked
            COPY . .
            RUN uv run manage.py collectstatic --noinput
            CMD ["uv", "run", "--no-sync", "shop"]
            """,
        "pyproject.toml": PROJECT,
        "uv.lock": LOCKED_BY_UV,
    },
    "poetry in the first stage": {
        "Dockerfile": """
            FROM python:3.13-alpine3.23 AS builder
            RUN pip install poetry==2.1.3
            ENV POETRY_VIRTUALENVS_IN_PROJECT=1
            WORKDIR /app
            COPY pyproject.toml poetry.lock ./
            RUN poetry install --only main --no-interaction

            FROM python:3.13-alpine3.23
            COPY --from=builder /app/.venv /app/.venv
            ENV PATH="/app/.venv/bin:$PATH"
            COPY shop /app/shop
            """,
        "pyproject.toml": POETRY_PROJECT,
        "poetry.lock": LOCKED_BY_POETRY,
    },
    "build packages that come and go in one RUN": {
        "Dockerfile": """
            FROM python:3.12-alpine3.23
            RUN set -eux; \\
                apk add --no-cache --virtual .build-deps gcc musl-dev mariadb-connector-c-dev pkgconf; \\
                pip install --no-cache-dir mysqlclient==2.2.7; \\
                apk del --no-network .build-deps; \\
                apk add --no-cache mariadb-connector-c
            """,
    },
    "Alpine's own Python, with a venv": {
        "Dockerfile": """
            FROM alpine:3.22
            RUN apk add --no-cache python3
            RUN python3 -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir pyyaml==6.0.2 greenlet==3.2.3
            ENV PATH="/opt/venv/bin:${PATH}"
            USER nobody
            """,
    },
    "a Node image with Python beside it": {
        "Dockerfile": """
            FROM node:22-alpine
            RUN apk add --no-cache python3 py3-pip
            WORKDIR /srv
            COPY package.json package-lock.json ./
            RUN npm ci --omit=dev
            RUN python3 -m venv --system-site-packages .venv && . .venv/bin/activate && \\
                pip install --no-cache-dir pydantic-core==2.41.5
            """,
        "package.json": "{}",
        "package-lock.json": "{}",
    },
    "requirements with hashes": {
        "Dockerfile": """
            FROM python:3.13-alpine3.24
            COPY requirements.txt /
            RUN pip install --no-cache-dir --require-hashes --no-deps -r /requirements.txt
            """,
        "requirements.txt": f"""\
            ujson==5.10.0 \\
                --hash=sha256:{DIGEST} \\
                --hash=sha256:{DIGEST[::-1]}
            idna==3.10 --hash=sha256:{DIGEST}
            """,
    },
    "requirements for other systems": {
        "Dockerfile": """
            FROM python:3.12-alpine3.23
            COPY requirements /requirements
            RUN pip install --no-cache-dir --disable-pip-version-check -r /requirements/production.txt
            """,
        "requirements/base.txt": """\
            numpy>=2,<3
            uvloop==0.21.0; sys_platform != "win32" and implementation_name == "cpython"
            pywin32==308; sys_platform == "win32"
            torch==2.5.1; platform_system == "Darwin"
            backports.zoneinfo; python_version < "3.9"
            """,
        "requirements/production.txt": "-r base.txt\n-c constraints.txt\nhttptools[unknown]==0.6.4\n",
        "requirements/constraints.txt": "numpy==2.2.6\n",
    },
    "an extension that is optional": {
        "Dockerfile": """
            FROM python:3.14-alpine3.23
            RUN pip install --no-cache-dir PyYAML==6.0.1 MarkupSafe==2.1.2 SQLAlchemy==1.4.54
            """,
    },
    "another CPU, for which there are wheels": {
        "Dockerfile": """
            FROM --platform=linux/arm64 python:3.13-alpine3.23
            RUN pip install --no-cache-dir numpy==2.2.6 orjson==3.10.18 pillow==11.2.1
            """,
    },
    "a script in a heredoc": {
        "Dockerfile": """
            # syntax=docker/dockerfile:1.7
            FROM python:3.13-alpine3.23
            COPY <<requirements.txt /tmp/requirements.txt
            aiohttp==3.12.13
            psycopg[binary]==3.2.9
            psycopg-binary==3.2.9
            requirements.txt
            RUN <<EOF
            set -e
            apk add --no-cache libmagic
            pip install --no-cache-dir -r /tmp/requirements.txt
            rm /tmp/requirements.txt
            EOF
            """,
    },
    "tags by argument": {
        "Dockerfile": """
            ARG PYTHON=3.13
            ARG ALPINE=3.22
            ARG BASE=python:${PYTHON}-alpine${ALPINE}
            FROM ${BASE} AS base
            ARG PYTHON
            FROM base AS builder
            RUN pip install --prefix=/install matplotlib==3.10.3 && \\
                find /install/lib/python${PYTHON}/site-packages -name tests -prune -exec rm -rf {} +
            FROM base
            COPY --from=builder /install /usr/local
            """,
    },
    "a time zone with its database": {
        "Dockerfile": """
            FROM alpine:3.23
            ENV TZ=Europe/Vienna LC_ALL=C.UTF-8
            RUN apk add --no-cache python3 tzdata py3-pip && \\
                pip install --no-cache-dir --break-system-packages pytz==2025.2
            """,
    },
    "another user, whose cache is mounted": {
        "Dockerfile": """
            FROM python:3.13-alpine3.22
            RUN addgroup -S app && adduser -S -G app -u 1000 app
            USER app
            ENV PATH="/home/app/.local/bin:$PATH"
            WORKDIR /home/app
            COPY --chown=app:app requirements.txt .
            RUN --mount=type=cache,target=/home/app/.cache/pip,uid=1000 pip install --user -r requirements.txt
            """,
        "requirements.txt": "bcrypt==4.3.0\nprotobuf==6.31.1\n# comment\n",
    },
    "a house of wheels": {
        "Dockerfile": """
            FROM python:3.12-alpine3.23 AS wheels
            RUN apk add --no-cache build-base openldap-dev
            COPY requirements.txt .
            RUN pip wheel --wheel-dir=/wheels -r requirements.txt

            FROM python:3.12-alpine3.23
            RUN apk add --no-cache libldap libsasl
            RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \\
                --mount=type=bind,source=requirements.txt,target=/tmp/requirements.txt \\
                pip install --no-cache-dir --no-index --find-links /wheels -r /tmp/requirements.txt
            USER 10001:10001
            """,
        "requirements.txt": "python-ldap==3.4.4\n",
    },
    "only the runtime of what was compiled": {
        "Dockerfile": """
            FROM python:3.13-alpine3.23 AS compile
            RUN apk add --no-cache g++ curl-dev
            RUN pip install --user --no-cache-dir --no-binary pycurl pycurl==7.45.6

            FROM python:3.13-alpine3.23 AS runtime
            RUN apk add --no-cache libcurl
            COPY --from=compile /root/.local /root/.local
            ENV PATH=/root/.local/bin:$PATH

            FROM runtime AS test
            RUN pip install --no-cache-dir pytest==8.4.1
            RUN python -m pytest --version

            FROM runtime
            """,
    },
}


@pytest.fixture(scope="module")
def settings() -> Settings:
    shipped = Snapshot.shipped()
    return Settings(tuple(rule for rule in built_in() if rule.default), Sources([shipped], [shipped]))


@pytest.mark.parametrize("name", IMAGES)
def test_no_finding(name: str, settings: Settings, tmp_path: Path) -> None:
    for path, text in IMAGES[name].items():
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"))
    source = Source("Dockerfile", (tmp_path / "Dockerfile").read_text())
    found = lint_source(source, BuildContext(tmp_path), settings)
    assert not found.failures
    told = [(each.code, each.span.source.path, each.span.text, each.message) for each in found.diagnostics]
    assert told == []


# Silence is worth something only where something is judged.
@pytest.mark.parametrize("outcome", [Outcome.WHEEL, Outcome.PURE_BUILD, Outcome.COMPILE])
def test_something_is_judged(outcome: Outcome, settings: Settings, tmp_path: Path) -> None:
    reached = set()
    for name, files in IMAGES.items():
        folder = tmp_path / str(len(name))
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(dedent(text).lstrip("\n"))
        source = Source("Dockerfile", (folder / "Dockerfile").read_text())
        reached |= {each.verdict.outcome for each in lint_source(source, BuildContext(folder), settings).verdicts}
    assert outcome in reached
