"""Instructions -> stages: what each is built from, and the variables, folder and user at every step of it."""

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lint_alpine.dockerfile.instructions import Dockerfile, Instruction, SyntaxFault
from lint_alpine.dockerfile.words import RawWord, arguments, expand, name_values
from lint_alpine.source import Span

# What containers start with where neither the image nor the Dockerfile says otherwise (moby's default path).
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

Variables = Mapping[str, str | None]

_TARGETS = ("target", "dst", "destination")


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

    `variables` are ARG and ENV values by name (None: set to what is not known), `environment` those of ENV alone.
    `onbuild`: it runs in the builds that start from this image, not in this one. `brought_by`: the FROM of whose image
    it is an ONBUILD trigger.
    """

    instruction: Instruction
    variables: Variables
    environment: Variables
    workdir: str | None
    user: str | None
    shell: tuple[str, ...] | None
    mounts: tuple[Mount, ...] = ()
    onbuild: bool = False
    brought_by: Span | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One FROM with what follows it. `name` is the label that others refer to (its number where it has no name)."""

    index: int
    name: str
    base: Base
    platform: str | None
    steps: tuple[Step, ...]
    span: Span


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
    """What changes from step to step."""

    arguments: dict[str, str | None] = field(default_factory=dict)
    environment: dict[str, str | None] = field(default_factory=lambda: {"PATH": DEFAULT_PATH})
    workdir: str | None = "/"
    user: str | None = None
    shell: tuple[str, ...] | None = None

    @property
    def variables(self) -> dict[str, str | None]:
        return {**self.arguments, **self.environment}

    def inherited(self) -> "_State":
        """The state in which a stage FROM this one starts: ARG values do not carry over."""
        return _State({}, dict(self.environment), self.workdir, self.user, self.shell)


def _expand(raw: str, variables: Variables, escape: str) -> str | None:
    try:
        return expand(raw, variables, escape)
    except ValueError:
        return None


def read_stages(
    dockerfile: Dockerfile,
    build_args: Mapping[str, str] | None = None,
    platform: str = "linux/amd64",
    target: str | None = None,
) -> Stages:
    """The stages as `docker build --platform --build-arg --target` sees them; an unknown target is the last stage."""
    before, groups = _groups(dockerfile.instructions)
    given: Variables = {**platform_arguments(platform), **(build_args or {})}
    outer = _global_arguments(before, given, dockerfile.escape)
    stages: list[Stage] = []
    states: list[_State] = []
    named: dict[str, int] = {}
    for index, (head, body) in enumerate(groups):
        # BuildKit takes an ARG without a value for empty here.
        scope = {name: value for name, value in outer.items() if value is not None}
        words = arguments(head) or (RawWord("", head.keyword),)
        reference = _expand(words[0].text, scope, dockerfile.escape) or None
        parent = named.get(reference.lower()) if reference else None
        state = states[parent].inherited() if parent is not None else _State()
        states.append(state)
        flag = head.flag("platform")
        wanted = _expand(flag.value, scope, dockerfile.escape) if flag and flag.value else None
        alias = words[2].text.lower() if len(words) == 3 else None
        if alias:
            named[alias] = index
        stages.append(
            Stage(
                index=index,
                name=alias or str(index),
                base=Base(reference, words[0].span, parent),
                platform=wanted or (stages[parent].platform if parent is not None else None),
                steps=_steps(body, state, given, outer, dockerfile.escape),
                span=head.span,
            )
        )
    result = Stages(tuple(stages), len(stages) - 1 if stages else None, _faults(before, groups))
    chosen = result.find(target) if target else None
    return result._replace(final=chosen.index) if chosen else result


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


def _global_arguments(before: Iterable[Instruction], given: Variables, escape: str) -> Variables:
    """The variables that FROM can use: the predefined ones, and the ARGs before the first FROM."""
    values: dict[str, str | None] = {name: value for name, value in given.items() if name in platform_arguments("")}
    for instruction in before:
        for pair in name_values(instruction) if instruction.name == "ARG" else ():
            default = None if pair.value is None else _expand(pair.value, values, escape)
            values[pair.name] = given.get(pair.name, default)
    return values


def _faults(
    before: Sequence[Instruction], groups: Sequence[tuple[Instruction, list[Instruction]]]
) -> tuple[SyntaxFault, ...]:
    stray = next((instruction for instruction in before if instruction.name != "ARG"), None)
    if stray is not None:
        return (SyntaxFault(f"`{stray.name}` stands before the first FROM, where only ARG may", stray.keyword),)
    if before and not groups:
        return (SyntaxFault("there is no FROM, so no stage to build", before[0].keyword),)
    return ()


def _steps(
    body: list[Instruction],
    state: _State,
    given: Variables,
    outer: Variables,
    escape: str,
) -> tuple[Step, ...]:
    steps: list[Step] = []
    for instruction in body:
        inner = instruction.trigger if instruction.name == "ONBUILD" and instruction.trigger else instruction
        variables = state.variables
        mounts = tuple(
            _mount(flag.value, flag.span, variables, state.workdir, escape)
            for flag in inner.flags
            if flag.name == "mount" and flag.value
        )
        # What a secret says is not known, and is not to be.
        secrets = {mount.options["env"]: None for mount in mounts if mount.kind == "secret" and "env" in mount.options}
        steps.append(
            Step(
                inner,
                variables | secrets if secrets else variables,
                dict(state.environment),
                state.workdir,
                state.user,
                state.shell,
                mounts,
                inner is not instruction,
            )
        )
        if inner is instruction:
            _apply(instruction, state, given, outer, escape)
    return tuple(steps)


def _apply(instruction: Instruction, state: _State, given: Variables, outer: Variables, escape: str) -> None:
    variables = state.variables
    match instruction.name:
        case "ENV":
            # BuildKit expands all values of one ENV with the state before it.
            state.environment.update(
                {pair.name: _expand(pair.value or "", variables, escape) for pair in name_values(instruction)}
            )
        case "ARG":
            for pair in name_values(instruction):
                default = None if pair.value is None else _expand(pair.value, state.variables, escape)
                fallback = default if pair.value is not None else outer.get(pair.name)
                state.arguments[pair.name] = given.get(pair.name, fallback)
        case "WORKDIR":
            words = " ".join(word.text for word in arguments(instruction))
            folder = _expand(words, variables, escape)
            if folder is None or (state.workdir is None and not folder.startswith("/")):
                state.workdir = None
            else:
                state.workdir = posixpath.normpath(posixpath.join(state.workdir or "/", folder))
        case "USER":
            user = _expand(" ".join(word.text for word in arguments(instruction)), variables, escape)
            state.user = user.partition(":")[0] if user else user
        case "SHELL":
            if instruction.exec_form:
                state.shell = tuple(text for text, _ in instruction.exec_form)
        case _:
            pass


def _mount(text: str, span: Span, variables: Variables, workdir: str | None, escape: str) -> Mount:
    """A mount's options, comma-separated with CSV quoting, as BuildKit reads them; the target starts at WORKDIR."""
    import csv

    options: dict[str, str] = {}
    try:
        fields = next(csv.reader([text]), [])
    except csv.Error:
        fields = text.split(",")
    for option in fields:
        name, _, raw = option.partition("=")
        name, value = name.strip().lower(), _expand(raw, variables, escape) or ""
        if name in _TARGETS and value and not value.startswith("/"):
            value = posixpath.join(workdir, value) if workdir is not None else ""
        options[name] = value
    return Mount(options.get("type", "bind"), options, span)
