"""The tree of a shell script while it is read -> the commands and blocks that the reading gives."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lint_alpine.dockerfile.shell import Assignment, Block, BlockKind, Redirect, SimpleCommand, Word
from lint_alpine.dockerfile.shell_text import HereDocument
from lint_alpine.source import Span

# A longer chain of `piped_from` could not be compared or printed recursively.
_MAXIMUM_PIPE = 60

RedirectNode = tuple[str, Word, HereDocument | None]


@dataclass(slots=True, eq=False)
class CommandNode:
    """A simple command whose here-documents may still be unread; `inner` is what their bodies run."""

    words: list[Word]
    assignments: list[Assignment]
    redirects: list[RedirectNode]
    inner: "list[Node]"
    span: Span


@dataclass(slots=True, eq=False)
class BlockNode:
    """`piped`: how many parts of its pipe stand before it."""

    kind: BlockKind
    nodes: "list[Node]" = field(default_factory=list)
    variable: str | None = None
    items: tuple[Word, ...] | None = None
    piped: int = 0


Node = CommandNode | BlockNode


def finish(nodes: list[Node], source: SimpleCommand | None = None) -> tuple[SimpleCommand | Block, ...]:
    """The nodes as they are given out; `source` is piped into them."""
    body: list[SimpleCommand | Block] = []
    for node in nodes:
        if isinstance(node, CommandNode):
            body += (*finish(node.inner), _simple_command(node, source))
            continue
        piped = source
        if node.piped:
            piped = _last(body[-1:]) if node.piped % _MAXIMUM_PIPE else None
        if node.kind is BlockKind.SUBSTITUTION:
            piped = None
        body.append(Block(node.kind, finish(node.nodes, piped), node.variable, node.items))
    return tuple(body)


def _last(body: Sequence[SimpleCommand | Block]) -> SimpleCommand | None:
    for node in reversed(body):
        if found := node if isinstance(node, SimpleCommand) else _last(node.body):
            return found
    return None


def _simple_command(node: CommandNode, source: SimpleCommand | None) -> SimpleCommand:
    redirects = tuple(
        Redirect(operator, target if target.raw else None, document.body if document else None)
        for operator, target, document in node.redirects
    )
    return SimpleCommand(tuple(node.words), tuple(node.assignments), redirects, node.span, source)
