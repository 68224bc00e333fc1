"""A Dockerfile, its context and what is known of wheels -> Facts: every stage is read from top to bottom."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from lint_alpine import images
from lint_alpine.caches import home_of
from lint_alpine.context import BuildContext
from lint_alpine.dockerfile.commands import Command, exec_form_command, read_commands, run_script
from lint_alpine.dockerfile.instructions import Dockerfile, SyntaxFault, parse
from lint_alpine.dockerfile.shell_grammar import MAXIMUM_LENGTH
from lint_alpine.dockerfile.shell_wrappers import SHELLS
from lint_alpine.dockerfile.stages import Stage, Stages, Step, Variables, read_stages
from lint_alpine.dockerfile.words import arguments
from lint_alpine.effects import read_run
from lint_alpine.environment import Environment
from lint_alpine.facts import ApkAddition, Facts, PythonInstall, Run, StageFacts
from lint_alpine.image_files import FromText, ImageFiles
from lint_alpine.installs.reading import Reading
from lint_alpine.origins import Copied, interpreters_of
from lint_alpine.packages import Present, World
from lint_alpine.placing import Placing
from lint_alpine.python_copies import Origin, read_copies, read_mounts
from lint_alpine.source import Excerpt, Source, Span
from lint_alpine.stage_state import StageState
from lint_alpine.wheels.sources import Sources

_PIP_CONF = "/etc/pip.conf"
_SHELLS = SHELLS | {"busybox"}
# Packages, files and so on that one stage has from another one; of what COPY brings, the way that it has come counts.
_MOST_PASSED_ON = 500_000


def copied_paths(dockerfile: Dockerfile) -> tuple[str, ...]:
    """The plain paths that COPY and ADD take from the build context, as written."""
    paths: list[str] = []
    for instruction in dockerfile.instructions:
        if instruction.name in ("COPY", "ADD") and instruction.flag("from") is None:
            words = [word.text for word in arguments(instruction)]
            paths += [
                word for word in words[:-1] if not word.startswith("<<") and "://" not in word and "$" not in word
            ]
    return tuple(paths)


def gather(
    dockerfile: Dockerfile,
    context: BuildContext,
    sources: Sources,
    *,
    platform: str = "linux/amd64",
    build_args: Mapping[str, str] | None = None,
    target: str | None = None,
    images_like: Mapping[str, str] | None = None,
) -> Facts:
    """The facts of one Dockerfile for one platform."""
    stages = read_stages(dockerfile, build_args, platform, target)
    reader = _Reader(dockerfile, context, sources, stages, platform, images_like or {})
    try:
        facts = tuple(reader.stage(stage) for stage in stages.stages)
    except _TooMuchError:
        facts = ()
        reader.faults.append(
            SyntaxFault("not read: too much is passed on from stage to stage", dockerfile.source.start)
        )
    faults = (*dockerfile.faults, *stages.faults, *reader.faults)
    return Facts(dockerfile, facts, faults, stages.final if facts else None, reader.reading.sources)


class _TooMuchError(Exception):
    """The stages have so much from each other that the file is not read: no real one has."""


class _Reader:
    def __init__(
        self,
        dockerfile: Dockerfile,
        context: BuildContext,
        sources: Sources,
        stages: Stages,
        platform: str,
        images_like: Mapping[str, str],
    ) -> None:
        self.dockerfile = dockerfile
        self.context = context
        self.sources = sources
        self.stages = stages
        self.platform = platform
        self.images_like = images_like
        self.shipping = stages.shipping()
        self.placing = Placing(context, self._stage_files)
        self.files = ImageFiles()
        self.states: list[StageState] = []
        self.reading = Reading()
        self.faults: list[SyntaxFault] = []
        self._passed_on = 0

    def stage(self, stage: Stage) -> StageFacts:
        state = self._start(stage)
        self.states.append(state)
        base = state.environment
        runs: list[Run] = []
        additions: list[ApkAddition] = []
        installs: list[PythonInstall] = []
        copies: list[Copied] = []
        for step in (*self._inherited_triggers(stage), *stage.steps):
            match step.instruction.name:
                case "COPY" | "ADD":
                    self.placing.place(step, state.files)
                    copies += state.take(read_copies(step, self._origin))
                    self._take_all(step, state)
                case "RUN":
                    run = self._run(step)
                    copies += state.take(read_mounts(step, run.commands, self._origin))
                    runs.append(run)
                    effects = read_run(run, state, tuple(self.placing.mounts(step)), self.sources, self.reading)
                    additions += effects.additions
                    installs += effects.installs
                case _:
                    pass
        return StageFacts(
            stage=stage,
            environment=base,
            ships=stage.index in self.shipping,
            runs=tuple(runs),
            apk_additions=tuple(additions),
            installs=tuple(installs),
            left_behind=state.world.build_packages,
            removed_late=tuple(state.world.removed_late),
            installs_python=state.installs_python,
            present=state.present,
            copies=tuple(copies),
            placements=tuple(state.placements),
            interpreters=state.interpreters,
            removed=state.world.removed,
        )

    def _start(self, stage: Stage) -> StageState:
        if stage.base.stage is not None:
            state = self.states[stage.base.stage]
            self._pass_on(state.size)
            return state.copy()
        environment, unknown = self._environment(stage)
        release = environment.release if environment else None
        packages = environment.packages if environment else frozenset[str]()
        world = World(release, packages, environment is not None)
        files = self.files.copy()
        if environment is not None and environment.pip_conf:
            files.placed.append(FromText(_PIP_CONF, Excerpt.whole(Source(_PIP_CONF, environment.pip_conf))))
        return StageState(
            environment,
            unknown,
            world,
            files,
            settings=dict(environment.variables) if environment is not None else {},
            more_installed=not self._is_bare(stage),
            image=stage.base.reference or stage.base.span.text,
        )

    def _pass_on(self, size: int) -> None:
        self._passed_on += size
        if self._passed_on > _MOST_PASSED_ON:
            raise _TooMuchError

    def _is_bare(self, stage: Stage) -> bool:
        """Whether there are no packages but those that Python brings: in official images."""
        reference = stage.base.reference or ""
        known = self._image(reference, self.platform) if self._like(reference) == reference else None
        return isinstance(known, Environment) and known.is_bare

    def _environment(self, stage: Stage) -> tuple[Environment | None, str | None]:
        reference = stage.base.reference
        if reference is None:
            return None, f"the base image `{stage.base.span.text}` depends on a value that is not known"
        found = self._image(reference, stage.platform or self.platform)
        return (found, None) if isinstance(found, Environment) else (None, found.reason)

    def _image(self, reference: str, platform: str) -> Environment | images.UnknownImage:
        return images.environment(self._like(reference), platform)

    def _like(self, reference: str) -> str:
        """The image that a private one is like, by the first pattern that fits."""
        return next((like for pattern, like in self.images_like.items() if fnmatchcase(reference, pattern)), reference)

    def _origin(self, name: str) -> Origin:
        """What a COPY --from can take of Python from a stage or an image."""
        stage = self.stages.find(name)
        if stage is not None and stage.index < len(self.states):
            state = self.states[stage.index]
            found = Origin(name, tuple(state.placements), state.interpreters)
            ways = [*(each.copied for each in found.placements), *(each.copied for each in found.interpreters)]
            self._pass_on(sum(1 + len(way) for way in ways))
            return found
        image = self._image(name, self.platform)
        environment = image if isinstance(image, Environment) else None
        return Origin(name, (), tuple(interpreters_of(environment, Present(frozenset(), complete=False))))

    def _take_all(self, step: Step, state: StageState) -> None:
        """What `COPY --from=stage / /` brings: images are made so that have one layer."""
        flag, paths = step.instruction.flag("from"), [word.text for word in arguments(step.instruction)]
        origin = self.stages.find(flag.value) if flag is not None and flag.value else None
        if origin is not None and origin.index < len(self.states) - 1 and paths == ["/", "/"]:
            state.take_all(self.states[origin.index], step.instruction.span)

    def _inherited_triggers(self, stage: Stage) -> Iterator[Step]:
        """The ONBUILD instructions of a known base image; they run here, and their place is the FROM."""
        if stage.base.stage is not None:
            yield from self._local_triggers(stage)
            return
        lines = images.onbuild(self._like(stage.base.reference or ""))
        if lines:
            for instruction in parse(Source(self.dockerfile.source.path, "\n".join(lines))).instructions:
                yield Step(instruction, {}, "/", None, None, brought_by=stage.base.span)

    def _local_triggers(self, stage: Stage) -> Iterator[Step]:
        assert stage.base.stage is not None
        for step in self.stages.stages[stage.base.stage].steps:
            if step.onbuild:
                yield step._replace(onbuild=False, brought_by=stage.base.span)

    def _stage_files(self, name: str) -> ImageFiles | None:
        stage = self.stages.find(name)
        return self.states[stage.index].files if stage is not None and stage.index < len(self.states) else None

    def _run(self, step: Step) -> Run:
        instruction = step.instruction
        if step.shell is not None and posixpath.basename(step.shell[0]) not in _SHELLS:
            return Run(step, (), shell=False)
        if instruction.exec_form is not None:
            commands = exec_form_command(instruction.exec_form, _variables(step), step.budget)
        else:
            script = run_script(instruction)
            if not _is_for_a_shell(script.text):
                return Run(step, (), shell=False)
            if len(script.text) > MAXIMUM_LENGTH:
                message = f"not read: a script of more than {MAXIMUM_LENGTH:,} characters"
                self.faults.append(SyntaxFault(message, instruction.keyword))
                return Run(step, (), shell=False)
            commands = read_commands(script, _variables(step), step.budget)
        if step.brought_by is not None:
            commands = tuple(_at(command, step.brought_by) for command in commands)
        return Run(step, commands)


def _variables(step: Step) -> Variables:
    """What a shell starts with. Docker adds HOME, by /etc/passwd: only that of root is known."""
    if "HOME" in step.variables or home_of(step.user) != "/root":
        return step.variables
    return {**step.variables, "HOME": "/root"}


def _is_for_a_shell(script: str) -> bool:
    """Whether a script without `#!`, or with a shell in it."""
    first = script.partition("\n")[0]
    return not first.startswith("#!") or any(posixpath.basename(word) in _SHELLS for word in first[2:].split())


def _at(command: Command, span: Span) -> Command:
    """A command of a trigger: every place in it is the FROM that brings it."""
    arguments = tuple(replace(argument, span=span) for argument in command.arguments)
    return command._replace(span=span, program=span, arguments=arguments)
