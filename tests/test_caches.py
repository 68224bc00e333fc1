"""Which caches stay in the layer of a RUN."""

from pathlib import Path

import pytest

from lint_alpine.context import BuildContext
from lint_alpine.dockerfile.instructions import parse
from lint_alpine.facts import Facts
from lint_alpine.gather import gather
from lint_alpine.source import Source
from lint_alpine.wheels.sources import Sources


def facts(lines: str) -> Facts:
    dockerfile = parse(Source("Dockerfile", f"FROM python:3.12-alpine\n{lines}\n"))
    return gather(dockerfile, BuildContext(Path("/nonexistent")), Sources([], []))


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ("RUN apk add x", True),
        ("RUN apk update", True),
        ("RUN apk upgrade", True),
        ("RUN apk add --no-cache x", False),
        ("RUN apk --no-cache add x", False),
        ("RUN apk add x --no-cache", False),
        ("RUN apk add x && rm -rf /var/cache/apk/*", False),
        ("RUN apk add x; rm -fr /var/cache/apk", False),
        ("RUN apk add x && rm -rf /var/cache/* /tmp/*", False),
        ("RUN apk add x && rm -rf /var/cache/apk/APKINDEX.*", False),
        ("RUN rm -rf /var/cache/apk/* && apk add x", True),
        ("RUN apk add x && rm -rf /tmp/* ./*", True),
        ("RUN apk add x && rm -rf $UNKNOWN", False),
        ("RUN --mount=type=cache,target=/var/cache/apk apk add x", False),
        ("RUN --mount=type=cache,target=/etc/apk/cache apk add x", False),
        ("RUN --mount=type=cache,target=/var/cache apk add x", False),
        ("RUN --mount=type=tmpfs,target=/var/cache/apk apk add x", False),
        ("RUN --mount=type=cache,target=/var/cache/apk2 apk add x", True),
        ("RUN --mount=type=bind,target=/var/cache/apk apk add x", True),
        ("RUN apk add --root /out x", False),
        ("RUN apk add --simulate x", False),
        ('RUN ["apk", "add", "x"]', True),
        ("RUN sh -c 'apk add x'", True),
        ("ONBUILD RUN apk add x", True),
    ],
)
def test_apk_index(lines: str, kept: bool) -> None:
    assert [True for addition in facts(lines).stages[0].apk_additions if addition.index_kept] == [True] * kept


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ("RUN pip install x", True),
        ("RUN python3 -m pip install x", True),
        ("RUN /venv/bin/pip install x", True),
        ("RUN pip install --no-cache-dir x", False),
        ("RUN pip --no-cache-dir install x", False),
        ("RUN pip install --no-cache x", False),
        ("ENV PIP_NO_CACHE_DIR=1\nRUN pip install x", False),
        ("ENV PIP_NO_CACHE_DIR=off\nRUN pip install x", False),
        ("ARG PIP_NO_CACHE_DIR=1\nRUN pip install x", False),
        ("ARG PIP_NO_CACHE_DIR\nRUN pip install x", False),
        ("RUN PIP_NO_CACHE_DIR=1 pip install x", False),
        ("RUN export PIP_NO_CACHE_DIR=1 && pip install x", False),
        ("RUN pip install x && pip cache purge", False),
        ("RUN pip install x && rm -rf /root/.cache", False),
        ("RUN pip install x && rm -rf ~/.cache/pip", False),
        ("RUN cd && pip install x && rm -rf .cache/pip", False),
        ("RUN pip install x && find /root/.cache -type f -delete", False),
        ("RUN pip install x && find / -name '*.pyc' -delete", True),
        ("RUN pip install x && find /root/.cache -type f", True),
        ("RUN pip install x && rm -rf ~/.cache/*", False),
        ("RUN pip install x && rm -rf ~/.cacher", True),
        ("RUN --mount=type=cache,target=/root/.cache pip install x", False),
        ("RUN --mount=type=cache,target=/root/.cache/uv pip install x", True),
        ("USER app\nRUN --mount=type=cache,target=/home/app/.cache pip install x", False),
        ("USER 1000\nRUN pip install x", False),
        ("ENV HOME=/h\nRUN --mount=type=cache,target=/h/.cache/pip pip install x", False),
        ("ENV XDG_CACHE_HOME=/c\nRUN --mount=type=cache,target=/c pip install x", False),
        ("RUN --mount=type=cache,target=/c pip install --cache-dir /c x", False),
        ("RUN pip install --cache-dir /c x", True),
        ("ENV PIP_CACHE_DIR=/c\nRUN pip install x && rm -r /c", False),
    ],
)
def test_pip_cache(lines: str, kept: bool) -> None:
    (install,) = facts(lines).stages[0].installs
    assert install.cache_kept is kept
