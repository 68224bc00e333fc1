"""The tree of a shell script while it is read -> the commands and blocks that the reading gives."""

from dataclasses import dataclass, field

from lint_alpine.dockerfile.shell import Assignment, Block, BlockKind, Redirect, SimpleCommand, Word
from lint_alpine.dockerfile.shell_text import HereDocument
from lint_alpine.source import Span

# A longer chain of `piped_from` could not be compared or printed recursively.
_MAXIMUM_PIPE = 60

RedirectNode = tuple[str, Word, HereDocument | None, Span]


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


def finish(
    nodes: list[Node], kinds: frozenset[BlockKind], source: SimpleCommand | None, finished: list[SimpleCommand]
) -> tuple[SimpleCommand | Block, ...]:
    """The nodes as they are given out; `kinds` are those of the blocks around them, `source` is piped into them."""
    body: list[SimpleCommand | Block] = []
    upstream: SimpleCommand | None = None
    for node in nodes:
        before = len(finished)
        if isinstance(node, CommandNode):
            body += finish(node.inner, kinds, None, finished)
            command = _simple_command(node, kinds, source)
            finished.append(command)
            body.append(command)
        else:
            piped = source if not node.piped else upstream if node.piped % _MAXIMUM_PIPE else None
            if node.kind is BlockKind.SUBSTITUTION:
                piped = None
            inner = finish(node.nodes, kinds | {node.kind}, piped, finished)
            body.append(Block(node.kind, inner, node.variable, node.items))
        upstream = finished[-1] if len(finished) > before else None
    return tuple(body)


def _simple_command(node: CommandNode, kinds: frozenset[BlockKind], source: SimpleCommand | None) -> SimpleCommand:
    redirects = tuple(
        Redirect(operator, target if target.raw else None, document.body if document else None, span)
        for operator, target, document, span in node.redirects
    )
    return SimpleCommand(
        tuple(node.words),
        tuple(node.assignments),
        redirects,
        node.span,
        conditional=BlockKind.BRANCH in kinds or BlockKind.LOOP in kinds,
        substitution=BlockKind.SUBSTITUTION in kinds,
        subshell=BlockKind.SUBSHELL in kinds,
        piped_from=source,
    )
