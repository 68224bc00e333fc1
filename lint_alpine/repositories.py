"""apk's repositories: what a Dockerfile adds to those of the image, and of which branch of Alpine that is."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.alpine_releases import newest
from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.dockerfile.instructions import Instruction
from lint_alpine.installs.apk import read_apk
from lint_alpine.installs.install import ApkInstall
from lint_alpine.source import Excerpt, Span

if TYPE_CHECKING:
    from lint_alpine.facts import Run, StageFacts

_FILE = "/etc/apk/repositories"
_WRITERS = frozenset({"echo", "printf", "cat", "tee"})
# Left to be compiled when they are needed: most files change no repositories.
# apk-repositories(5): `@tag URL`; Alpine's own layout below a mirror's path is BRANCH/REPOSITORY.
_URL = (
    r"(?:@(?P<tag>[\w.-]+)[ \t]+)?(?P<url>(?:https?://|\$)[^\s'\"\\]{0,200}"
    r"/(?P<branch>edge|latest-stable|v3\.\d+)/(?P<section>main|community|testing)(?![\w-]))"
)
_SUBSTITUTION = r"(?:^|[;\s])s([/|#,!@%~+])((?:\\.|(?!\1)[^\\]){0,200})\1((?:\\.|(?!\1)[^\\]){0,200})\1"
_INSERTS = r"[aic]\\?\s|\$\s*[aic]"
_BRANCH = r"(?<![\w.-])(edge|latest-stable|v?3\.\d+)(?![\w.-])"


class Repository(NamedTuple):
    """A repository that is added. `branch` is `edge`, `latest-stable` or a release (`3.19`), with `testing` where it is
    that part of edge; `tag` is what packages must be marked with to come from it. `span` is the URL, or the word that
    changes the branch."""

    branch: str
    testing: bool
    tag: str | None
    span: Span


class Mix(NamedTuple):
    """Repositories of one other branch that one RUN adds, or that one `apk add` is given (`option`)."""

    branch: str
    release: str
    tag: str | None
    spans: tuple[Span, ...]
    option: bool


def mixes(stage: "StageFacts") -> Iterator[Mix]:
    """The repositories of another branch than the image's own."""
    release = stage.environment.release if stage.environment is not None else None
    if release is None or release == "edge" or not stage.on_musl:
        return
    groups: list[tuple[tuple[Repository, ...], bool]] = []
    for run in stage.runs:
        groups.append((tuple(_added(run)), False))
        groups += [(tuple(_given(command)), True) for command in run.commands]
    groups += [(tuple(_copied(step.instruction)), False) for step in stage.stage.steps]
    for found, option in groups:
        foreign = [repository for repository in found if _is_foreign(repository, release)]
        for branch, tag in dict.fromkeys((repository.branch, repository.tag) for repository in foreign):
            spans = [each.span for each in foreign if (each.branch, each.tag) == (branch, tag)]
            yield Mix(branch, release, tag, tuple(dict.fromkeys(spans)), option)


def _is_foreign(repository: Repository, release: str) -> bool:
    """`latest-stable` is the newest branch: the image's own for as long as that is the newest."""
    return repository.branch not in (release, "latest-stable" if release == newest() else release)


def given_branches(install: ApkInstall) -> tuple[str, ...] | None:
    """The branches of the repositories that a command takes packages from besides the image's own; None where there is
    one that is not main or community of Alpine's own."""
    found: list[str] = []
    for location in install.repositories:
        match = re.search(_URL, location)
        if match is None or match["section"] == "testing":
            return None
        # What is the latest one changes: by the next release it has what edge has now.
        latest = match["branch"] == "latest-stable"
        found += [newest(), "edge"] if latest else [match["branch"].removeprefix("v")]
    return tuple(dict.fromkeys(found))


def may_add_names(run: "Run", release: str | None) -> bool:
    """Whether from this RUN on there may be other packages than the release's own: it changes the list of repositories,
    otherwise than by repositories of the same release or by another mirror."""
    if not _names_list(run):
        return False
    found = list(_added(run))
    if any(repository.testing or repository.branch != release for repository in found):
        return True
    return any(map(_is_unclear, run.commands))


def replaces_repositories(instruction: Instruction) -> bool:
    """COPY or ADD of a list of repositories, or of a tree that may hold one."""
    if instruction.name not in ("COPY", "ADD"):
        return False
    text = instruction.arguments.text
    return "/etc/apk" in text or text.rstrip("\"]'\t ").endswith((" /", '"/', " /etc", '"/etc', " /etc/", '"/etc/'))


def _mentions(command: Command) -> bool:
    """Whether a command names apk's list of repositories (also a file of repositories.d)."""
    return any(_FILE in argument.written for argument in (*command.arguments, *command.writes))


def _names_list(run: "Run") -> bool:
    """Whether the list of repositories is named somewhere in a RUN: a group of commands or a pipe may write it, so that
    every URL that is written there counts."""
    return _FILE in run.span.text or any(map(_mentions, run.commands))


def _added(run: "Run") -> Iterator[Repository]:
    """What the commands of a RUN put into the list of repositories."""
    for command in run.commands if _names_list(run) else ():
        if command.name in _WRITERS:
            for argument in command.arguments:
                yield from _in_word(argument)
            if command.stdin_text is not None:
                yield from _in_text(command.stdin_text)
        elif command.name == "sed" and _mentions(command):
            for argument in command.arguments:
                yield from _in_script(argument)


def _given(command: Command) -> Iterator[Repository]:
    """`apk add --repository URL`"""
    apk = read_apk(command)
    if isinstance(apk, ApkInstall):
        for argument in command.arguments if apk.repositories else ():
            yield from _in_word(argument)


def _copied(instruction: Instruction) -> Iterator[Repository]:
    """A here-document that COPY writes there."""
    if instruction.name == "COPY" and _FILE in instruction.arguments.text:
        for heredoc in instruction.heredocs:
            yield from _in_text(heredoc.body)


def _in_word(argument: Argument) -> Iterator[Repository]:
    written = argument.span.text
    for match in re.finditer(_URL, argument.written):
        at = written.find(match["url"])
        place = argument.span if at < 0 else _part(argument.span, at, len(match["url"]))
        yield _repository(match, place)


def _in_text(text: Excerpt) -> Iterator[Repository]:
    for match in re.finditer(_URL, text.text):
        yield _repository(match, text.span(match.start("url"), match.end("url")))


def _repository(match: re.Match[str], span: Span) -> Repository:
    return Repository(match["branch"].removeprefix("v"), match["section"] == "testing", match["tag"], span)


def _in_script(argument: Argument) -> Iterator[Repository]:
    """A sed script: `s/v3.18/edge/`, or one that inserts a line."""
    substitutions = list(re.finditer(_SUBSTITUTION, argument.written))
    if not substitutions:
        yield from _in_word(argument)
    for substitution in substitutions:
        for branch in re.findall(_BRANCH, substitution[3].replace("\\", "")):
            at = argument.span.text.find(branch, argument.span.text.find(substitution[0]) + 1)
            place = argument.span if at < 0 else _part(argument.span, at, len(branch))
            yield Repository(branch.removeprefix("v"), False, None, place)


def _part(span: Span, start: int, length: int) -> Span:
    return Span(span.source, span.begin + start, span.begin + start + length)


def _is_unclear(command: Command) -> bool:
    """A command that may write lines of which nothing is known."""
    if command.name in _WRITERS:
        words = (each for each in command.arguments if _FILE not in each.written and not re.search(_URL, each.written))
        return any(word.text is None or "://" in word.text for word in words)
    if command.name == "sed":
        scripts = (each for each in command.arguments if each.text is None or re.search(_INSERTS, each.text))
        return _mentions(command) and any(not re.search(_SUBSTITUTION, script.written) for script in scripts)
    return _mentions(command) and command.name not in ("grep", "ls", "rm", "[", "test")
