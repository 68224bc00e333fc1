"""COPY, ADD and bind mounts -> the files that they put into a stage."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from lint_alpine.context import BuildContext
from lint_alpine.dockerfile.instructions import Heredoc, Instruction
from lint_alpine.dockerfile.stages import Mount, Step
from lint_alpine.dockerfile.words import RawWord, arguments
from lint_alpine.image_files import FromContext, FromElsewhere, FromFiles, FromText, ImageFiles, Placed, WithParents

# What Docker recognises by its content and unpacks, by the names that such files have.
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst")
_REMOTE = re.compile(r"(?i)(?:https?|git|ssh)://|git@")
_IS_REPOSITORY = re.compile(r"(?i)(?:git|ssh)://|git@|[^#]*\.git(?:#|$)")
# pip puts in the value of `${NAME}` itself, so these may stay as they are.
_VARIABLE = re.compile(r"\$(?!\{\w+\})")


class Placing(NamedTuple):
    """`stage_files` gives the files of the stage that a `--from` names, None where it names none so far."""

    context: BuildContext
    stage_files: Callable[[str], ImageFiles | None]

    def place(self, step: Step, files: ImageFiles) -> None:
        """Lets a COPY or ADD put its files there."""
        instruction = step.instruction
        documents = {heredoc.redirect.begin: heredoc for heredoc in instruction.heredocs}
        *sources, destination = arguments(instruction) or (RawWord("", instruction.keyword),)
        wanted = [step.expand(word.text) for word in sources if word.span.begin not in documents]
        plain = [text for text in wanted if text is not None]
        written = step.expand(destination.text) or ""
        target = ImageFiles(step.workdir).absolute(written) if written else None
        if target is None or len(plain) < len(wanted):
            return
        into = written.endswith("/") or written in (".", "..") or len(sources) > 1
        files.placed += _documents(documents.values(), target, into=into)
        if (origin := instruction.flag("from")) is not None:
            name = step.expand(origin.value or "")
            files.placed += self._from(name, plain, target, parents=_is_on(instruction, "parents"))
            return
        files.placed += self._from_context(instruction, plain, target, into=into)
        if instruction.name == "ADD":
            _add(instruction, plain, target, files, into=into)

    def _from_context(
        self, instruction: Instruction, sources: Sequence[str], target: str, *, into: bool
    ) -> Iterator[Placed]:
        local = tuple(source for source in sources if not _REMOTE.match(source))
        if _is_on(instruction, "parents"):
            yield from (WithParents(self.context, source, target) for source in local)
        elif local:
            left_out = tuple(flag.value for flag in instruction.flags if flag.name == "exclude" and flag.value)
            yield FromContext(self.context, local, target, into, left_out)

    def _from(
        self, origin: str | None, sources: Sequence[str], target: str, *, parents: bool = False
    ) -> Iterator[Placed]:
        """What a stage or an image gives. Nothing is known of what is in an image."""
        stage = self.stage_files(origin) if origin else None
        if stage is None:
            reason = f"it is copied from `{origin}`"
            yield FromElsewhere(target, reason)
            yield from (FromElsewhere(posixpath.join(target, posixpath.basename(name)), reason) for name in sources)
        elif parents:
            yield from (WithParents(stage, source, target) for source in sources)
        else:
            yield FromFiles(stage, tuple(sources), target)

    def mounts(self, step: Step) -> Iterator[Placed]:
        """What the bind mounts and secrets of a RUN put there while it runs."""
        there = ImageFiles(step.workdir)
        for mount in step.mounts:
            written = _secret_target(mount) if mount.kind == "secret" else mount.target
            target = there.absolute(written) if written else None
            if target is None or mount.kind not in ("bind", "secret"):
                continue
            if mount.kind == "secret":
                yield FromElsewhere(target, "it is a secret of the build")
            elif origin := mount.options.get("from"):
                yield from self._from(origin, (mount.source,), target)
            else:
                yield FromContext(self.context, (mount.source,), target, into=False)


def _secret_target(mount: Mount) -> str | None:
    """BuildKit's own place for it, unless another one is named, or a variable."""
    if mount.target is not None or "env" in mount.options:
        return mount.target
    return f"/run/secrets/{posixpath.basename(mount.options.get('id') or mount.source)}"


def _documents(documents: Iterable[Heredoc], target: str, *, into: bool) -> Iterator[Placed]:
    for heredoc in documents:
        path = posixpath.join(target, heredoc.name) if into else target
        if heredoc.expand and _VARIABLE.search(heredoc.body.text):
            yield FromElsewhere(path, "variables of the build stand in it")
        else:
            yield FromText(path, heredoc.body)


def _add(instruction: Instruction, sources: Sequence[str], target: str, files: ImageFiles, *, into: bool) -> None:
    """What only ADD does: downloads, repositories, archives that are unpacked."""
    unpacks = _is_on(instruction, "unpack") if instruction.flag("unpack") is not None else None
    for source in sources:
        reason = f"it is downloaded from {source.partition('?')[0]}"
        if _IS_REPOSITORY.match(source):
            files.suspect(target, reason)
        elif _REMOTE.match(source):
            name = unquote(re.split(r"[?#]", source)[0]).rpartition("/")[2]
            files.placed.append(FromElsewhere(posixpath.join(target, name), reason))
            if not into:
                files.placed.append(FromElsewhere(target, reason))
            if unpacks:
                files.suspect(target, reason)
        elif unpacks is not False and source.lower().endswith(_ARCHIVES):
            files.suspect(target, f"it may be in the archive `{source}`, which is not unpacked here")


def _is_on(instruction: Instruction, name: str) -> bool:
    """Whether a flag that is true or false is there, and true."""
    flag = instruction.flag(name)
    return flag is not None and (flag.value is None or flag.value.lower() in ("true", "1", "t"))
