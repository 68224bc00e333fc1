"""Which repositories of other Alpine branches a Dockerfile adds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gathering import facts_of

Found = list[tuple[str, str | None, list[str], bool]]


def mixes(text: str) -> Found:
    """Branch, tag, places, and whether it is an option of `apk add`."""
    return [
        (mix.branch, mix.tag, [span.text for span in mix.spans], mix.option)
        for stage in facts_of(text).stages
        for mix in stage.mixes
    ]


EDGE = "https://cdn.example/alpine/edge/testing"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"RUN echo {EDGE} >> /etc/apk/repositories", [("edge", None, [EDGE], False)]),
        (f"RUN echo '@edge {EDGE}' >> /etc/apk/repositories", [("edge", "edge", [EDGE], False)]),
        (f"RUN printf '%s\\n' {EDGE}/ | tee -a /etc/apk/repositories", [("edge", None, [EDGE], False)]),
        (
            f"RUN {{ echo https://a.example/edge/main; echo {EDGE}; }} > /etc/apk/repositories",
            [("edge", None, ["https://a.example/edge/main", EDGE], False)],
        ),
        (
            "RUN echo -e 'https://a.example/v3.23/main\\nhttps://a.example/edge/main' > /etc/apk/repositories",
            [
                ("3.23", None, ["https://a.example/v3.23/main"], False),
                ("edge", None, ["https://a.example/edge/main"], False),
            ],
        ),
        (f"RUN cat <<EOF >> /etc/apk/repositories\n{EDGE}\nEOF", [("edge", None, [EDGE], False)]),
        (f"COPY <<EOF /etc/apk/repositories\n@test {EDGE}\nEOF", [("edge", "test", [EDGE], False)]),
        (f"RUN apk add -X {EDGE} x", [("edge", None, [EDGE], True)]),
        (f"RUN apk --repository={EDGE} add x", [("edge", None, [EDGE], True)]),
        ("RUN apk add -X $MIRROR/edge/main x", [("edge", None, ["$MIRROR/edge/main"], True)]),
        (
            "ARG MIRROR=https://a.example\nRUN apk add -X $MIRROR/edge/main x",
            [("edge", None, ["$MIRROR/edge/main"], True)],
        ),
        ("RUN sed -i 's/v3.22/edge/' /etc/apk/repositories", [("edge", None, ["edge"], False)]),
        ("RUN sed -i -e 's|v3\\.22|v3.23|g' /etc/apk/repositories", [("3.23", None, ["v3.23"], False)]),
        ("RUN sed -i 's/3[.]22/3.23/' /etc/apk/repositories", [("3.23", None, ["3.23"], False)]),
        (
            "RUN sed -i 's/http.*\\/v3.22/https:\\/\\/a.example\\/latest-stable/' /etc/apk/repositories",
            [("latest-stable", None, ["latest-stable"], False)],
        ),
        (f"RUN sed -i '$ a {EDGE}' /etc/apk/repositories", [("edge", None, [EDGE], False)]),
        # The image's own branch, another mirror, and what is no repository.
        ("RUN echo https://a.example/v3.22/community >> /etc/apk/repositories", []),
        ("RUN sed -i s/cdn.example/a.example/ /etc/apk/repositories", []),
        ("RUN sed -i s/v3.22/edge/ /etc/other", []),
        ("RUN echo https://a.example/v$(cat /etc/alpine-release)/main >> /etc/apk/repositories", []),
        ("RUN apk add -X https://packages.example x", []),
        (f"RUN echo {EDGE}", []),
        (f"RUN wget {EDGE}/x86_64/foo.apk", []),
        ("RUN echo https://a.example/edgeware/main >> /etc/apk/repositories", []),
    ],
)
def test_mixes(text: str, expected: Found) -> None:
    assert mixes(f"FROM alpine:3.22\n{text}\n") == expected


@pytest.mark.parametrize("image", ["alpine:edge", "redis:alpine", "debian:12", "registry.example/base:1"])
def test_only_stable_releases_can_be_mixed(image: str) -> None:
    assert mixes(f"FROM {image}\nRUN apk add -X {EDGE} x\n") == []


def test_latest_stable_is_the_newest_release() -> None:
    line = "RUN echo https://a.example/latest-stable/main >> /etc/apk/repositories\n"
    assert mixes(f"FROM alpine:latest\n{line}") == []
    assert [branch for branch, *_ in mixes(f"FROM alpine:3.22\n{line}")] == ["latest-stable"]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="s/edgev3.2|'\\$@: aic\"http", max_size=80))
def test_any_script_is_answered(script: str) -> None:
    mixes(f"FROM alpine:3.22\nRUN sed -i {script} /etc/apk/repositories\n")
    mixes(f"FROM alpine:3.22\nRUN echo {script} >> /etc/apk/repositories\n")


@pytest.mark.parametrize("word", ["$" * 20_000, "s/a" * 10_000, "http://" * 5_000, "@a " * 10_000])
def test_a_long_word_takes_no_time(word: str) -> None:
    assert (
        mixes(f"FROM alpine:3.22\nRUN echo '{word}' >> /etc/apk/repositories; sed '{word}' /etc/apk/repositories\n")
        == []
    )
