"""Shell patterns of `*` and `?`, as BuildKit matches them in `${x#p}`, `${x%p}` and `${x/p/r}`."""

import re
from dataclasses import dataclass
from functools import cached_property

_LONGEST = 1024  # matching costs pattern times value, and both may come from a hostile file

Segment = tuple[str | None, ...]  # a character, or None for `?`


@dataclass(frozen=True)
class Pattern:
    """The segments between the stars: `a*b?` is `a`, then `b` and any character."""

    segments: tuple[Segment, ...]

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """Raises ValueError where BuildKit sees an invalid escape, or for more than 1024 characters."""
        if len(text) > _LONGEST:
            raise ValueError(f"a pattern of more than {_LONGEST} characters in a substitution")
        segments: list[list[str | None]] = [[]]
        characters = iter(text)
        for character in characters:
            match character:
                case "*":
                    segments.append([])
                case "?":
                    segments[-1].append(None)
                case "\\":
                    escaped = next(characters, "")
                    # `}` and `/` are escaped for the sake of `${}` alone
                    if not escaped or escaped not in "*?\\}/":
                        raise ValueError(f"invalid pattern ({text}) in substitution: invalid escape '\\{escaped}'")
                    segments[-1].append(escaped)
                case _:
                    segments[-1].append(character)
        return cls(tuple(tuple(segment) for segment in segments))

    @cached_property
    def _reversed(self) -> "Pattern":
        return Pattern(tuple(segment[::-1] for segment in self.segments[::-1]))

    @cached_property
    def _expressions(self) -> tuple[re.Pattern[str], ...]:
        return tuple(
            re.compile("".join("." if character is None else re.escape(character) for character in segment))
            for segment in self.segments
        )

    def trim_prefix(self, value: str, *, longest: bool) -> str:
        found = self._find(value, 0, anchored=True, longest=longest)
        return value[found[1] :] if found else value

    def trim_suffix(self, value: str, *, longest: bool) -> str:
        return self._reversed.trim_prefix(value[::-1], longest=longest)[::-1]

    def replace_first(self, value: str, replacement: str) -> str:
        found = self._find(value, 0, anchored=False, longest=True)
        return value[: found[0]] + replacement + value[found[1] :] if found else value

    def replace_all(self, value: str, replacement: str, limit: int) -> str:
        """Raises ValueError for a result of more than `limit` characters."""
        parts: list[str] = []
        at = done = size = 0
        while at <= len(value) and (found := self._find(value, at, anchored=False, longest=True)):
            begin, end = found
            parts.append(value[done:begin])
            if end > done or begin == 0:  # Go: no empty match directly after another match
                parts.append(replacement)
                size += len(replacement)
            if size > limit:
                raise ValueError("expands to too many characters")
            done, at = end, max(end, at + 1)
        return "".join((*parts, value[done:]))

    def _find(self, value: str, at: int, *, anchored: bool, longest: bool) -> tuple[int, int] | None:
        """The leftmost match. Each segment is taken as early as it fits, and the last as late where `longest` asks."""
        first, *others = self._expressions
        found = first.match(value, at) if anchored else first.search(value, at)
        if found is None:
            return None
        begin, end = found.span()
        for number, expression in enumerate(others, 1):
            if longest and number == len(others):
                backwards = self._reversed._expressions[0].search(value[end:][::-1])
                return (begin, len(value) - backwards.start()) if backwards else None
            found = expression.search(value, end)
            if found is None:
                return None
            end = found.end()
        return begin, end
