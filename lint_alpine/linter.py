"""Source -> findings -> report: rules are run, ignores applied, the result sorted."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from lint_alpine.build_files.described import describe
from lint_alpine.context import MAX_DOCKERFILE_BYTES, BuildContext, Missing, choose_context, decode, read_bytes
from lint_alpine.diagnostic import Diagnostic, Related
from lint_alpine.dockerfile.ignores import Ignore, read_ignores, read_line_ignores
from lint_alpine.dockerfile.instructions import Dockerfile, parse
from lint_alpine.facts import Facts
from lint_alpine.gather import copied_paths, gather
from lint_alpine.platforms import across
from lint_alpine.references import normalised
from lint_alpine.report.report import Failure, Report, StageVerdict
from lint_alpine.rule import Rule
from lint_alpine.silencing import silence, unknown, unused
from lint_alpine.source import Source, Span
from lint_alpine.wheels.sources import Sources

DEFAULT_PLATFORMS = ("linux/amd64",)


class Settings(NamedTuple):
    """What a run is asked to do. `rules` are those to run, each with the severity to report; `images` says what a
    private image is like, by pattern of its reference. What is not said of platforms, target and context is as the
    Compose and Bake files around a Dockerfile have it, else linux/amd64, the last stage, the folder that has what COPY
    takes. `texts` are what Dockerfiles, by their paths, are taken to say in place of what stands in them. `places`
    are those at which a Compose or Bake file gives the build arguments."""

    rules: tuple[Rule, ...]
    sources: Sources
    platforms: tuple[str, ...] = ()
    build_args: Mapping[str, str] = MappingProxyType({})
    target: str | None = None
    context: Path | None = None
    images: Mapping[str, str] = MappingProxyType({})
    texts: Mapping[str, str] = MappingProxyType({})
    places: Mapping[str, Span] = MappingProxyType({})


class FileResult(NamedTuple):
    """What linting one Dockerfile gave. `read` are the paths of the files that it installs from."""

    diagnostics: tuple[Diagnostic, ...]
    verdicts: tuple[StageVerdict, ...]
    ignored: int
    failures: tuple[Failure, ...]
    read: frozenset[str]


def lint_source(source: Source, context: BuildContext, settings: Settings) -> FileResult:
    """Lints the text of one Dockerfile whose build takes its files from `context`."""
    return _lint(parse(source), context, settings)


def _lint(dockerfile: Dockerfile, context: BuildContext, settings: Settings) -> FileResult:
    path = dockerfile.source.path
    diagnostics: list[Diagnostic] = []
    verdicts: list[StageVerdict] = []
    crashed: dict[str, Failure] = {}
    files: dict[str, Source] = {}
    facts = Facts(dockerfile, (), dockerfile.faults)
    platforms = tuple(dict.fromkeys(map(normalised, settings.platforms or DEFAULT_PLATFORMS)))
    for platform in platforms:
        facts = gather(
            dockerfile,
            context,
            settings.sources,
            platform=platform,
            build_args=settings.build_args,
            target=settings.target,
            images_like=settings.images,
        )
        files.update(facts.files)
        for stage, install in facts.installs:
            every = (*install.verdicts, *install.unjudged)
            verdicts += [StageVerdict(path, stage.stage.name, verdict) for verdict in every]
        found = _run([rule for rule in settings.rules if not rule.last], facts, crashed)
        diagnostics += [each._replace(platforms=(platform,)) for each in found]
    ignores = _ignores(dockerfile, files.values())
    merged = across(_merged(diagnostics), platforms)
    silenced = silence(merged, ignores, settings.rules)
    running = [rule for rule in settings.rules if rule.code not in crashed]
    last = _run([rule for rule in running if rule.last], _with_ignores(facts, ignores, silenced.used, running), crashed)
    kept = (*silenced.kept, *silence(last, ignores, settings.rules).kept)
    if settings.places:
        from lint_alpine.argument_places import with_places

        kept = with_places(kept, dockerfile, facts.stages, settings.places)
    return FileResult(
        diagnostics=tuple(sorted(kept, key=_order)),
        verdicts=tuple(verdicts),
        ignored=len(merged) + len(last) - len(kept),
        failures=tuple(crashed.values()),
        read=frozenset(files),
    )


def _run(rules: Iterable[Rule], facts: Facts, crashed: dict[str, Failure]) -> list[Diagnostic]:
    """What the rules find; `crashed` gains those that fail, which must not silence the others."""
    found: list[Diagnostic] = []
    for rule in rules:
        try:
            found += rule.run(facts)
        except Exception as error:  # noqa: BLE001
            message = f"the rule {rule.code} crashed: {type(error).__name__}: {error}"
            crashed.setdefault(rule.code, Failure(facts.dockerfile.source.path, message))
    return found


def _ignores(dockerfile: Dockerfile, files: Iterable[Source]) -> tuple[Ignore, ...]:
    in_files = [ignore for source in files for ignore in read_line_ignores(source)]
    return (*read_ignores(dockerfile), *in_files)


def _with_ignores(
    facts: Facts, ignores: Sequence[Ignore], used: Collection[Ignore], running: Collection[Rule]
) -> Facts:
    """The facts once all rules but the last have run. Whether an ignore of another file is of use in another image, or
    one of what could not be read would be, is not known."""
    if not ignores:
        return facts
    from lint_alpine.registry import all_rules

    known = {rule.code: rule for rule in (*all_rules(), *running)}.values()
    here = [ignore for ignore in ignores if ignore.span.source.path == facts.dockerfile.source.path]
    return replace(
        facts,
        unknown_ignores=tuple(unknown(ignores, known)),
        unused_ignores=() if facts.faults else tuple(unused(here, used, running, known)),
    )


def _merged(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by place and code; what is the same finding (two platforms, two files that install the same requirement)
    is told once, with all its related places."""
    merged: dict[tuple[str, int, int, str, str], Diagnostic] = {}
    for found in diagnostics:
        key = (found.span.source.path, found.span.begin, found.span.end, found.code, found.message)
        first = merged.get(key)
        if first is None:
            merged[key] = found
        else:
            more = [related for related in found.related if related not in first.related]
            on = tuple(dict.fromkeys((*first.platforms, *found.platforms)))
            merged[key] = first._replace(related=(*first.related, *more), platforms=on)
    return tuple(sorted(merged.values(), key=_order))


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    """What else is alike stays in the order in which the rule told it: a requirement before what it pulls in."""
    start = diagnostic.span.start
    return diagnostic.span.source.path, start.line, start.column, diagnostic.code


def open_context(dockerfile: Dockerfile, file: Path, settings: Settings) -> BuildContext:
    """The build context of a Dockerfile: the one that is given, else the folder where most of what it copies stands.
    Its files are reported under paths as the Dockerfile's own is."""
    root = settings.context or choose_context(file, copied_paths(dockerfile))
    relative = os.path.relpath(root.absolute(), file.absolute().parent)
    shown = os.path.normpath(Path(dockerfile.source.path).parent / relative).replace(os.sep, "/")
    return BuildContext(root, "" if shown == "." else shown, file)


def lint_file(path: str, settings: Settings, *, named: bool = True) -> FileResult | Failure | None:
    """Lints a Dockerfile by its path, which is how reports show it. None: it was found by its name alone and is no
    Dockerfile."""
    text = settings.texts.get(path)
    if text is None:
        data = read_bytes(Path(path), MAX_DOCKERFILE_BYTES)
        if isinstance(data, Missing):
            return Failure(path, data.reason)
        text = decode(data)
    dockerfile = parse(Source(path, text))
    if not named and not any(instruction.name == "FROM" for instruction in dockerfile.instructions):
        return None
    return _guarded(dockerfile, Path(path), settings)


def as_built(file: Path, settings: Settings) -> Settings:
    """The settings for one Dockerfile: what was not asked for as the Compose and Bake files around it have it."""
    found = describe(file)
    return settings._replace(
        platforms=settings.platforms or found.platforms,
        build_args={**found.args, **settings.build_args},
        target=settings.target or found.target,
        context=settings.context or found.context,
        places={name: place for name, place in found.places.items() if name not in settings.build_args},
    )


def _guarded(dockerfile: Dockerfile, file: Path, settings: Settings) -> FileResult:
    """A fault of ours costs one file its findings, never the others theirs."""
    try:
        settings = as_built(file, settings)
        return _lint(dockerfile, open_context(dockerfile, file, settings), settings)
    except Exception as error:  # noqa: BLE001
        path = dockerfile.source.path
        failure = Failure(path, f"this file made lint-alpine fail, please report it: {type(error).__name__}: {error}")
        return FileResult((), (), 0, (failure,), frozenset())


def lint_buffer(text: str, path: str, settings: Settings) -> FileResult:
    """Lints an open buffer that will be saved as `path`: what concerns another file is shown in the buffer, at the
    command that installs from it."""
    dockerfile = parse(Source(path, text))
    result = _guarded(dockerfile, Path(path), settings)
    moved = (_in_buffer(found, dockerfile.source) for found in result.diagnostics)
    return result._replace(diagnostics=tuple(sorted(moved, key=_order)))


def _in_buffer(found: Diagnostic, source: Source) -> Diagnostic:
    if found.span.source.path == source.path:
        return found
    here = next((related for related in found.related if related.span.source.path == source.path), None)
    if here is None:
        return found
    others = tuple(related for related in found.related if related is not here)
    return found._replace(span=here.span, related=(Related(found.span, "the requirement"), *others))


def report(results: Iterable[FileResult], failures: Iterable[Failure], files: int) -> Report:
    """One report of all files of a run."""
    gathered = list(results)
    return Report(
        diagnostics=_merged(found for result in gathered for found in result.diagnostics),
        verdicts=tuple(verdict for result in gathered for verdict in result.verdicts),
        files=files,
        ignored=sum(result.ignored for result in gathered),
        failures=(*failures, *(failure for result in gathered for failure in result.failures)),
    )
