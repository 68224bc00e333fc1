"""Instructions -> stages: what each is built from, and the variables, folder and user at every step of it."""

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from lint_alpine.dockerfile.instructions import Dockerfile, Instruction, SyntaxFault
from lint_alpine.dockerfile.lexer import Budget
from lint_alpine.dockerfile.words import RawWord, arguments, expand_or_none, name_values
from lint_alpine.source import Span

# What containers start with where neither the image nor the Dockerfile says otherwise (moby's default path).
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

Variables = Mapping[str, str | None]
_DEFAULT: Variables = {"PATH": DEFAULT_PATH}

_TARGETS = ("target", "dst", "destination")
# Every step holds the variables that are set by then, every install looks at the mounts of its RUN, and every stage
# FROM another one runs the ONBUILD triggers of that one; real files have a few dozen of each.
_MOST_VARIABLES = 1_000
_MOST_MOUNTS = 200
_MOST_TRIGGERS = 1_000
# What the words and scripts of a file may expand to, in characters; those of real ones come to a few thousand.
_LONGEST = 1 << 20
_LONGEST_PATH = 4_096  # PATH_MAX of Linux
_DEEPEST_FOLDER = 100


class Base(NamedTuple):
    """What a stage is built from: the reference with its variables resolved (None: one is not known), the word that
    names it, and the index of the earlier stage, if it is one."""

    reference: str | None
    span: Span
    stage: int | None


class Mount(NamedTuple):
    """One `RUN --mount`: its options as BuildKit reads them, with the place of the flag."""

    kind: str
    options: Mapping[str, str]
    span: Span

    @property
    def target(self) -> str | None:
        """Where it is mounted (absolute); empty where that is not known."""
        return next((self.options[name] for name in _TARGETS if name in self.options), None)

    @property
    def source(self) -> str:
        return self.options.get("source") or self.options.get("src") or "."


class Step(NamedTuple):
    """An instruction of a stage with the state in which it runs.

    `variables` are ARG and ENV values by name (None: set to what is not known). `onbuild`: it runs in the builds that
    start from this image, not in this one. `brought_by`: the FROM of whose image it is an ONBUILD trigger. `budget` is
    what all words and scripts of the file may still expand to.
    """

    instruction: Instruction
    variables: Variables
    workdir: str | None
    user: str | None
    shell: tuple[str, ...] | None
    mounts: tuple[Mount, ...] = ()
    onbuild: bool = False
    brought_by: Span | None = None
    budget: Budget | None = None

    def expand(self, raw: str) -> str | None:
        """A word of the instruction as BuildKit expands it; None where that is not known, or BuildKit refuses it."""
        return expand_or_none(raw, self.variables, self.instruction.escape, self.budget)


@dataclass(frozen=True, slots=True)
class Stage:
    """One FROM with what follows it. `name` is the label that others refer to (its number where it has no name)."""

    index: int
    name: str
    base: Base
    platform: str | None
    steps: tuple[Step, ...]


class Stages(NamedTuple):
    """The stages of a Dockerfile; `final` is the one that ships. `faults` are what BuildKit refuses at this level."""

    stages: tuple[Stage, ...]
    final: int | None
    faults: tuple[SyntaxFault, ...] = ()

    def shipping(self) -> frozenset[int]:
        """The final stage and the stages that it is FROM: their layers are in the image that ships."""
        chain: set[int] = set()
        at = self.final
        while at is not None and at not in chain:
            chain.add(at)
            at = self.stages[at].base.stage
        return frozenset(chain)

    def find(self, name: str) -> Stage | None:
        """The stage that `COPY --from=name` means: by name (case-insensitive), the last so called, else by number."""
        named = [stage for stage in self.stages if stage.name == name.lower()]
        if named:
            return named[-1]
        is_number = name.isascii() and name.isdecimal() and len(name) < 10
        return self.stages[int(name)] if is_number and int(name) < len(self.stages) else None


def platform_arguments(platform: str) -> dict[str, str | None]:
    """The variables that BuildKit predefines for a platform such as `linux/arm64/v8`."""
    system, _, rest = platform.partition("/")
    architecture, _, variant = rest.partition("/")
    values = {"PLATFORM": platform, "OS": system, "ARCH": architecture, "VARIANT": variant}
    return {f"{side}{name}": value for side in ("TARGET", "BUILD") for name, value in values.items()}


@dataclass(slots=True)
class _State:
    """What changes from step to step: `environment` are the values of ENV, `variables` those of ARG as well.

    Neither is changed in place, for steps share them.
    """

    environment: Variables
    variables: Variables
    workdir: str | None = "/"
    user: str | None = None
    shell: tuple[str, ...] | None = None

    def inherited(self) -> "_State":
        """The state in which a stage FROM this one starts: ARG values do not carry over."""
        return replace(self, variables=self.environment)

    def set_argument(self, name: str, value: str | None) -> None:
        """ENV wins over ARG."""
        if name not in self.environment:
            self.variables = {**self.variables, name: value}

    def set_environment(self, values: Variables) -> None:
        self.environment = {**self.environment, **values}
        self.variables = {**self.variables, **values}


def read_stages(
    dockerfile: Dockerfile,
    build_args: Mapping[str, str] | None = None,
    platform: str = "linux/amd64",
    target: str | None = None,
) -> Stages:
    """The stages as `docker build --platform --build-arg --target` sees them; an unknown target is the last stage."""
    if fault := _too_many(dockerfile.instructions):
        return Stages((), None, (fault,))
    before, groups = _groups(dockerfile.instructions)
    reader = _Reader(before, {**platform_arguments(platform), **(build_args or {})}, dockerfile.escape)
    for head, body in groups:
        reader.read(head, body)
    if fault := _too_many_triggers(reader.stages):
        return Stages((), None, (fault,))
    result = Stages(tuple(reader.stages), len(groups) - 1 if groups else None, _faults(before, groups))
    chosen = result.find(target) if target else None
    return result._replace(final=chosen.index) if chosen else result


def _too_many(instructions: Iterable[Instruction]) -> SyntaxFault | None:
    """Why the file is not read, where it has more variables or mounts than any real one."""
    variables = mounts = 0
    for instruction in instructions:
        variables += len(name_values(instruction)) if instruction.name in ("ARG", "ENV") else 0
        mounts += sum(flag.name == "mount" for flag in (instruction.trigger or instruction).flags)
        if variables > _MOST_VARIABLES:
            return SyntaxFault(f"not read: ARG and ENV set more than {_MOST_VARIABLES:,} variables", instruction.span)
        if mounts > _MOST_MOUNTS:
            return SyntaxFault(f"not read: RUN has more than {_MOST_MOUNTS:,} mounts", instruction.span)
    return None


def _too_many_triggers(stages: Sequence[Stage]) -> SyntaxFault | None:
    """Why the file is not read, where its stages run more ONBUILD triggers of its own than those of any real one."""
    triggers = [sum(step.onbuild for step in stage.steps) for stage in stages]
    count = 0
    for stage in stages:
        count += triggers[stage.base.stage] if stage.base.stage is not None else 0
        if count > _MOST_TRIGGERS:
            return SyntaxFault(f"not read: FROM runs more than {_MOST_TRIGGERS:,} ONBUILD triggers", stage.base.span)
    return None


def _groups(
    instructions: Sequence[Instruction],
) -> tuple[list[Instruction], list[tuple[Instruction, list[Instruction]]]]:
    """What stands before the first FROM, and each FROM with what follows it."""
    before: list[Instruction] = []
    groups: list[tuple[Instruction, list[Instruction]]] = []
    for instruction in instructions:
        if instruction.name == "FROM":
            groups.append((instruction, []))
        else:
            (groups[-1][1] if groups else before).append(instruction)
    return before, groups


def _faults(
    before: Sequence[Instruction], groups: Sequence[tuple[Instruction, list[Instruction]]]
) -> tuple[SyntaxFault, ...]:
    stray = next((instruction for instruction in before if instruction.name != "ARG"), None)
    if stray is not None:
        return (SyntaxFault(f"`{stray.name}` stands before the first FROM, where only ARG may", stray.keyword),)
    if before and not groups:
        return (SyntaxFault("there is no FROM, so no stage to build", before[0].keyword),)
    return ()


class _Reader:
    """Goes through the stages in their order. `given` are the variables of the build: predefined, or --build-arg."""

    def __init__(self, before: Iterable[Instruction], given: Variables, escape: str) -> None:
        self.stages: list[Stage] = []
        self._states: list[_State] = []
        self._named: dict[str, int] = {}
        self._escape = escape
        self._budget = Budget(_LONGEST)
        self._given = given
        self._outer = self._global_arguments(before)
        # BuildKit takes an ARG without a value for empty in a FROM.
        self._of_from = {name: value for name, value in self._outer.items() if value is not None}

    def read(self, head: Instruction, body: Iterable[Instruction]) -> None:
        words = arguments(head) or (RawWord("", head.keyword),)
        reference = self._expand(words[0].text, self._of_from) or None
        parent = self._named.get(reference.lower()) if reference else None
        state = self._states[parent].inherited() if parent is not None else _State(_DEFAULT, _DEFAULT)
        self._states.append(state)
        flag = head.flag("platform")
        wanted = self._expand(flag.value, self._of_from) if flag and flag.value else None
        index = len(self.stages)
        alias = words[2].text.lower() if len(words) == 3 else None
        if alias:
            self._named[alias] = index
        self.stages.append(
            Stage(
                index=index,
                name=alias or str(index),
                base=Base(reference, words[0].span, parent),
                platform=wanted or (self.stages[parent].platform if parent is not None else None),
                steps=tuple(self._step(instruction, state) for instruction in body),
            )
        )

    def _expand(self, raw: str, variables: Variables) -> str | None:
        return expand_or_none(raw, variables, self._escape, self._budget)

    def _global_arguments(self, before: Iterable[Instruction]) -> Variables:
        """The variables that FROM can use: the predefined ones, and the ARGs before the first FROM."""
        predefined = platform_arguments("")
        values = {name: value for name, value in self._given.items() if name in predefined}
        for instruction in before:
            for pair in name_values(instruction) if instruction.name == "ARG" else ():
                default = None if pair.value is None else self._expand(pair.value, values)
                values[pair.name] = self._given.get(pair.name, default)
        return values

    def _step(self, instruction: Instruction, state: _State) -> Step:
        """An instruction with the state before it, which it changes."""
        inner = instruction.trigger if instruction.name == "ONBUILD" and instruction.trigger else instruction
        mounts = tuple(
            self._mount(flag.value, flag.span, state) for flag in inner.flags if flag.name == "mount" and flag.value
        )
        # What a secret says is not known, and is not to be.
        secrets = {mount.options["env"]: None for mount in mounts if mount.kind == "secret" and "env" in mount.options}
        step = Step(
            inner,
            {**state.variables, **secrets} if secrets else state.variables,
            state.workdir,
            state.user,
            state.shell,
            mounts,
            onbuild=inner is not instruction,
            budget=self._budget,
        )
        if inner is instruction:
            self._apply(instruction, state)
        return step

    def _apply(self, instruction: Instruction, state: _State) -> None:
        match instruction.name:
            case "ENV":
                # BuildKit expands all values of one ENV with the state before it.
                before, pairs = state.variables, name_values(instruction)
                state.set_environment({pair.name: self._expand(pair.value or "", before) for pair in pairs})
            case "ARG":
                for pair in name_values(instruction):
                    if pair.value is None:
                        default = self._outer.get(pair.name)
                    else:
                        default = self._expand(pair.value, state.variables)
                    state.set_argument(pair.name, self._given.get(pair.name, default))
            case "WORKDIR":
                folder = self._expand(_text(instruction), state.variables)
                state.workdir = _below(state.workdir, folder) if folder is not None else None
            case "USER":
                user = self._expand(_text(instruction), state.variables)
                state.user = user.partition(":")[0] if user else user
            case "SHELL":
                if instruction.exec_form:
                    state.shell = tuple(text for text, _ in instruction.exec_form)
            case _:
                pass

    def _mount(self, text: str, span: Span, state: _State) -> Mount:
        """A mount's options, comma-separated with CSV quoting, as BuildKit reads them; the target starts at WORKDIR."""
        import csv

        options: dict[str, str] = {}
        try:
            fields = next(csv.reader([text]), [])
        except csv.Error:
            fields = text.split(",")
        for option in fields:
            name, _, raw = option.partition("=")
            name, value = name.strip().lower(), self._expand(raw, state.variables) or ""
            if name in _TARGETS and value and not value.startswith("/"):
                value = posixpath.join(state.workdir, value) if state.workdir is not None else ""
            options[name] = value
        return Mount(options.get("type", "bind"), options, span)


def _text(instruction: Instruction) -> str:
    return " ".join(word.text for word in arguments(instruction))


def _below(workdir: str | None, folder: str) -> str | None:
    """The working directory behind `WORKDIR folder`; None where it is not known, and where no system has one."""
    if workdir is None and not folder.startswith("/"):
        return None
    path = posixpath.normpath(posixpath.join(workdir or "/", folder))
    return path if len(path) < _LONGEST_PATH and path.count("/") <= _DEEPEST_FOLDER else None
