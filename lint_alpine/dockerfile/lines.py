"""A Dockerfile's physical lines: which continue, which are comments, what the directives at the top say."""

import re
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from lint_alpine.dockerfile.splitting import SPACE, keyword_end
from lint_alpine.source import Excerpt, Source, Span

LONGEST_LINE = 65_535  # bytes; the token size of the Go scanner that BuildKit reads lines with

_DIRECTIVE = re.compile(rf"#[{SPACE}]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Directives:
    """The `# syntax=`, `# escape=` and `# check=` lines: how many lines, and the faults in them by line index."""

    escape: str
    count: int
    faults: tuple[tuple[str, int], ...]


class Lines(NamedTuple):
    """The lines without their ends, counted from 0; their first character that is no space (none: empty); the offsets
    where they start, and as the last one where the text ends."""

    source: Source
    texts: tuple[str, ...]
    heads: tuple[str, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, source: Source) -> "Lines":
        texts = source.text.split("\n")
        starts = [*accumulate((len(text) + 1 for text in texts), initial=0)]
        if not texts[-1]:
            texts.pop()
            starts.pop()
        starts[-1] = len(source.text)
        if source.text.startswith("\ufeff"):
            texts[0], starts[0] = texts[0][1:], 1
        texts = [text.rstrip("\r") for text in texts]
        return cls(source, tuple(texts), tuple(text.lstrip(SPACE)[:1] for text in texts), tuple(starts))

    def __len__(self) -> int:
        return len(self.texts)

    def span(self, first: int, last: int) -> Span:
        """From the first to the last character of these lines that is no space."""
        text = self.texts[last]
        begin = self.starts[first] + len(self.texts[first]) - len(self.texts[first].lstrip(SPACE))
        return Span(self.source, begin, self.starts[last] + len(text.rstrip(SPACE)))

    def is_instruction(self, number: int) -> bool:
        """Neither blank nor a comment."""
        return self.heads[number] not in ("", "#")

    def comment(self, number: int) -> Span:
        """A comment from its `#` to the end of the line."""
        begin = self.starts[number] + self.texts[number].index("#")
        return Span(self.source, begin, self.starts[number] + len(self.texts[number]))

    def keyword(self, number: int) -> str:
        """The first word of the instruction that starts on this line."""
        text = self.texts[number].lstrip(SPACE)
        return text[: keyword_end(text)]

    def too_long(self) -> list[int]:
        """The lines of more bytes than BuildKit reads; a carriage return counts, the line feed does not."""
        return [
            number
            for number, (start, end) in enumerate(pairwise(self.starts))
            if (end - start) * 4 > LONGEST_LINE and _bytes(self.source.text[start:end]) > LONGEST_LINE
        ]

    def directives(self) -> Directives:
        """Directives end at the first line that is none: a blank line, another comment, an instruction."""
        escape, seen = "\\", set[str]()
        faults: list[tuple[str, int]] = []
        count = 0
        for count, text in enumerate(self.texts):
            found = _DIRECTIVE.fullmatch(text.lstrip(SPACE))
            name = found[1].lower() if found else ""
            if found is None or name not in ("syntax", "escape", "check"):
                break
            value = found[2].strip("\t\n\f\r ") or " "
            if name in seen:
                faults.append((f"only one {name} parser directive can be used", count))
            elif name == "escape" and value not in ("\\", "`"):
                faults.append((f"invalid escape token '{value}' does not match ` or \\", count))
            elif name == "escape":
                escape = value
            seen.add(name)
        else:
            count = len(self.texts)
        return Directives(escape, count, tuple(faults))

    def instruction_end(self, first: int, escape: str) -> int:
        """The index behind the last line of the instruction that starts on this line."""
        end = first
        for number in range(first, len(self.texts)):
            if self.is_instruction(number):
                end = number + 1
                if _continued(self.texts[number], escape) is None:
                    break
        return end

    def join(self, first: int, end: int, escape: str) -> Excerpt:
        """An instruction as BuildKit joins it: without comments, blank lines and continuation characters."""
        texts: list[str] = []
        pieces: list[tuple[int, int]] = []
        length = 0
        for number in range(first, end):
            if self.is_instruction(number):
                text = _continued(self.texts[number], escape)
                text = self.texts[number] if text is None else text
                texts.append(text)
                pieces.append((length, self.starts[number]))
                length += len(text)
        joined = "".join(texts)
        start, stop = len(joined) - len(joined.lstrip(SPACE)), len(joined.rstrip(SPACE))
        if len(pieces) == 1:
            return Excerpt(self.source, joined[start:stop], ((0, pieces[0][1] + start),))
        return Excerpt(self.source, joined, tuple(pieces)).cut(start, max(start, stop))


def _bytes(line: str) -> int:
    # a byte that is no UTF-8 came in as one surrogate, and `replace` makes one byte of it again
    return len(line.removesuffix("\n").encode("utf-8", "replace"))


def _continued(text: str, escape: str) -> str | None:
    """The line without its continuation character; None if it ends its instruction. Two such characters are no one."""
    body = text.rstrip("\t ")
    return body[:-1] if body.endswith(escape) and body[-2:-1] != escape else None
