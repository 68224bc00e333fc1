"""Which caches stay in the layer of a RUN."""

from pathlib import Path

import pytest

from lint_alpine.context import BuildContext
from lint_alpine.dockerfile.instructions import parse
from lint_alpine.facts import Facts
from lint_alpine.gather import gather
from lint_alpine.source import Source
from lint_alpine.wheels.sources import Sources
from tests.steps import assert_linear


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
        # Nothing is fetched.
        ("RUN apk add --no-network x", False),
        ("RUN apk --no-network upgrade", False),
        ("RUN apk add --no-cache -t .b gcc && apk add --no-network -t .run libgcc && apk del --no-network .b", False),
        ("RUN apk add --no-network x && apk add y", True),
        ('RUN ["apk", "add", "x"]', True),
        ("RUN sh -c 'apk add x'", True),
        ("ONBUILD RUN apk add x", True),
    ],
)
def test_apk_index(lines: str, kept: bool) -> None:
    assert [True for addition in facts(lines).stages[0].apk_additions if addition.index_kept] == [True] * kept


@pytest.mark.parametrize(
    ("lines", "dropped"),
    [
        ("RUN apk update && apk add x", "apk update && "),
        ("RUN apk update -q; apk upgrade", "apk update -q; "),
        ("RUN apk update \\\n  && \\\n  apk add x", "apk update \\\n  && \\\n  "),
        ("RUN <<EOF\napk update\napk add x\nEOF", "apk update\n"),
        ("RUN cd /tmp && apk update && sudo apk add x && ls", "apk update && "),
        ("RUN apk update", None),
        ("RUN apk add x && apk update", None),
        ("RUN apk update && apk search x && apk add x", None),
        ("RUN apk update && curl x && apk add x", None),
        ("RUN apk update || apk add x", None),
        ("RUN apk update && apk add --no-network x", None),
        ("RUN apk update & apk add x", None),
        ("RUN (apk update) && apk add x", None),
        ("RUN if true; then apk update; fi; apk add x", None),
        ("RUN apk update && \\\n  # why\n  apk add x", None),
    ],
)
def test_an_update_that_can_be_dropped(lines: str, dropped: str | None) -> None:
    found = [addition.droppable for addition in facts(lines).stages[0].apk_additions]
    assert [place.text for place in found if place] == ([dropped] if dropped else [])


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
        ("RUN pip install x && python -m pip cache purge", False),
        ("RUN pip3.12 install x && pip3.12 cache purge", False),
        ("RUN pip install x && pip3 -q cache purge --no-input", False),
        ("RUN pip install x && /venv/bin/pip cache purge", False),
        ("RUN pip install x && pip3 cache remove '*'", False),
        ("RUN pip install x && pip cache remove x", True),
        ("RUN pip install x && pip cache list", True),
        ("RUN pip install x && pip cache purge --help me", True),
        ("RUN pip cache purge && pip install x", True),
        ("RUN pip install x\nRUN pip cache purge", True),
        ("RUN pip install x && uv cache clean", True),
        ("RUN pip install --cache-dir /c x && pip cache purge", True),
        ("RUN pip install --cache-dir /c x && pip --cache-dir=/c cache purge", False),
        ("RUN pip install x && pip cache purge --cache-dir /c", True),
        ("RUN pip install x && pip cache purge --cache-dir /root/.cache/pip", False),
        ("ENV PIP_CACHE_DIR=/c\nRUN pip install x && pip cache purge", False),
        ("RUN pip install --cache-dir $UNKNOWN x", False),
        ("RUN uv pip install --system x && uv cache clean", False),
        ("RUN uv pip install --system x && uv --quiet cache clean", False),
        ("RUN uv pip install --system x && uv cache clean x", True),
        ("RUN uv pip install --system x && uv cache prune", True),
        ("RUN uv pip install --system x && pip cache purge", True),
        ("RUN pdm install && pdm cache clear", False),
        ("RUN pdm install && pdm cache clear wheels", True),
        ("RUN pipx install x && pip cache purge", False),
        # --no-cache and `cache clear` are about Poetry's metadata: what it downloads it keeps in `artifacts`.
        ("RUN poetry install", True),
        ("RUN poetry install --no-cache", True),
        ("RUN poetry install && poetry cache clear --all PyPI", True),
        ("RUN poetry install && rm -rf /root/.cache/pypoetry/cache", True),
        ("RUN poetry install && rm -rf /root/.cache/pypoetry/artifacts", False),
        ("RUN poetry install && rm -rf /root/.cache/pypoetry", False),
        ("RUN poetry install && rm -rf ~/.cache", False),
        ("RUN poetry install && find /root/.cache -type f -delete", False),
        ("RUN --mount=type=cache,target=/root/.cache/pypoetry/artifacts poetry install", False),
        ("RUN --mount=type=cache,target=/root/.cache/pypoetry/cache poetry install", True),
        ("ENV POETRY_CACHE_DIR=/p\nRUN --mount=type=cache,target=/p poetry install", False),
        ("ENV POETRY_CACHE_DIR=/p\nRUN poetry install && rm -rf /p", False),
        ("ENV POETRY_CACHE_DIR=/p\nRUN poetry install && rm -rf $POETRY_CACHE_DIR ~/.cache", False),
        ("ENV POETRY_CACHE_DIR=/p\nRUN poetry install && rm -rf ~/.cache", True),
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
        # The cache is that of the user for whom the command runs.
        ("RUN adduser -D app && su app -c 'pip install x'", True),
        ("RUN adduser -D app && sudo -u app pip install x", True),
        ("RUN adduser -D app && su-exec app pip install x && rm -rf /home/app/.cache", False),
        ("RUN adduser -D app && su-exec app pip install x && rm -rf /root/.cache", True),
        ("RUN adduser -D app\nRUN --mount=type=cache,target=/home/app/.cache/pip su app -c 'pip install x'", False),
        ("RUN adduser -D app\nRUN --mount=type=cache,target=/home/app/.cache/pip gosu app:app pip install x", False),
        ("RUN adduser -D app\nRUN --mount=type=cache,target=/root/.cache/pip sudo -Hu app pip install x", True),
        ("RUN adduser -D -h /srv app\nRUN --mount=type=cache,target=/srv/.cache su - app -c 'pip install x'", False),
        ("ENV HOME=/h\nRUN --mount=type=cache,target=/h/.cache sudo pip install x", True),
        ("RUN --mount=type=cache,target=/root/.cache sudo pip install x", False),
        ("USER app\nRUN --mount=type=cache,target=/root/.cache sudo pip install x", False),
        # Of these it is not known where it is.
        ("RUN su app -c 'pip install x'", False),
        ("RUN sudo -u $USERNAME pip install x", False),
        ("RUN su-exec 1000:1000 pip install x", False),
        ("ENV HOME=/h\nRUN --mount=type=cache,target=/h/.cache/pip pip install x", False),
        ("ENV XDG_CACHE_HOME=/c\nRUN --mount=type=cache,target=/c pip install x", False),
        ("RUN --mount=type=cache,target=/c pip install --cache-dir /c x", False),
        ("RUN pip install --cache-dir /c x", True),
        ("ENV PIP_CACHE_DIR=/c\nRUN pip install x && rm -r /c", False),
    ],
)
def test_cache_of_an_installer(lines: str, kept: bool) -> None:
    (install,) = facts(lines).stages[0].installs
    assert install.cache_kept is kept


@pytest.mark.parametrize(
    "line",
    [
        "pip install x",
        "pip install --cache-dir /c{0} x && rm -rf /d{0}",
        "pip install --cache-dir /c{0} x && pip cache purge --cache-dir /d{0}",
        ". /v{0}/bin/activate; pip install x",
        "pip wheel -w /w{0} x",
        "apk add x && rm -rf /d{0} /e{0}",
        "apk update && apk add x",
    ],
)
@pytest.mark.parametrize("start", ["RUN true && ", "RUN "])
def test_steps_grow_with_the_commands(line: str, start: str) -> None:
    def read(count: int) -> None:
        lines = [line.format(number) for number in range(count)]
        found = facts(start + (" && " if "true" in start else "\nRUN ").join(lines))
        for addition in found.stages[0].apk_additions:
            assert addition.droppable is None or addition.install.verb == "update"

    assert_linear(read, 60)


def test_what_removes_very_much_may_remove_any_cache() -> None:
    few, many = (f"rm -rf {' '.join(f'/d{number}' for number in range(count))}" for count in (50, 500))
    for lines, kept in ((f"RUN pip install x && {few}", True), (f"RUN pip install x && {many}", False)):
        assert [install.cache_kept for install in facts(lines).stages[0].installs] == [kept]
    (install,) = facts(f"RUN {many} && pip install x").stages[0].installs
    assert install.cache_kept
