"""Compares the Dockerfile reader with the parser tests of BuildKit: python tools/compare_buildkit.py PATH

PATH is a checkout of github.com/moby/buildkit, or its folder frontend/dockerfile. Compared are parser/testfiles (the
printed tree), testfiles-negative (a fault), the line numbers and the here-documents that parser_test.go and
parser_heredoc_test.go expect, and shell/envVarTest (expansion). Nothing of it is kept in this repository.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from lint_alpine.dockerfile.instructions import Dockerfile, Flag, Instruction, parse
from lint_alpine.dockerfile.words import arguments, expand, name_values
from lint_alpine.source import Source

GO_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", '"': '\\"'}
GO_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
HEREDOC = re.compile(r'Name:\s*("(?:[^"\\]|\\.)*"),\s*Content:\s*("(?:[^"\\]|\\.)*"),((?:\s*\w+:\s*\w+,)*)')
ENVIRONMENT = {"PWD": "/home", "SHELL": "bash", "KOREAN": "한국어", "NULL": ""}


def read(text: str) -> Dockerfile:
    return parse(Source("Dockerfile", text))


def quoted(text: str) -> str:
    """As Go's strconv.Quote prints it."""
    shown = (GO_ESCAPES.get(character) or _printed(character) for character in text)
    return f'"{"".join(shown)}"'


def _printed(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    return f"\\x{ord(character):02x}" if ord(character) < 0x80 else f"\\u{ord(character):04x}"


def tree(instruction: Instruction) -> str:
    """The line that BuildKit's parser test prints for an instruction."""
    parts = [instruction.name.lower()]
    if instruction.flags:
        parts.append(f"[{' '.join(quoted(_written(flag)) for flag in instruction.flags)}]")
    if instruction.trigger:
        parts.append(f"({tree(instruction.trigger)})")
    elif instruction.name in ("ENV", "LABEL"):
        for pair in name_values(instruction):
            separator = "=" if f"{pair.name}=" == pair.span.text[: len(pair.name) + 1] else ""
            parts += [quoted(pair.name), quoted(pair.value or ""), quoted(separator)]
    else:
        parts += [quoted(word.text) for word in arguments(instruction)]
    return " ".join(parts)


def _written(flag: Flag) -> str:
    return f"--{flag.name}" if flag.value is None else f"--{flag.name}={flag.value}"


def trees(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("testfiles/*/Dockerfile")):
        expected = path.with_name("result").read_text("utf-8").strip()
        found = read(path.read_text("utf-8"))
        text = "\n".join(f"({tree(instruction)})" for instruction in found.instructions)
        yield path.parent.name, "" if text == expected else f"expected\n{expected}\nfound\n{text}"
    for path in sorted(folder.glob("testfiles-negative/*/Dockerfile")):
        yield path.parent.name, "" if read(path.read_text("utf-8")).faults else "no fault"


def line_numbers(folder: Path) -> Iterator[tuple[str, str]]:
    test = (folder / "parser_test.go").read_text("utf-8").partition("func TestParseIncludesLineNumbers")[2]
    table = test.partition("expected := ")[2].partition("\n\t}\n")[0]
    expected = [(int(first), int(last)) for first, last in re.findall(r"\{(\d+), (\d+)\}", table)]
    found = [
        (instruction.span.start.line, instruction.span.stop.line)
        for instruction in read((folder / "testfile-line/Dockerfile").read_text("utf-8")).instructions
    ]
    yield "testfile-line", "" if found == expected else f"expected {expected}, found {found}"


def heredocs(folder: Path) -> Iterator[tuple[str, str]]:
    test = (folder / "parser_heredoc_test.go").read_text("utf-8").partition("func TestParseExtractsHeredoc")[2]
    dockerfile, _, table = test.partition("NewBufferString(`")[2].partition("`)")
    expected = [
        (
            json.loads(name),
            re.sub(r"(?m)^\t+", "", content) if re.search(r"Chomp:\s*true", flags) else content,
            re.search(r"Expand:\s*true", flags) is not None,
        )
        for name, text, flags in HEREDOC.findall(table.partition("\nfunc ")[0])
        for content in [json.loads(text)]
    ]
    found = [
        (heredoc.name, heredoc.body.text, heredoc.expand)
        for instruction in read(dockerfile).instructions
        for heredoc in instruction.heredocs
    ]
    yield "parser_heredoc_test.go", "" if found == expected else f"expected {expected}, found {found}"


def expansions(folder: Path) -> Iterator[tuple[str, str]]:
    wrong = []
    for line in (folder / "envVarTest").read_text("utf-8").splitlines():
        platform, *rest = (part.strip() for part in line.split("|"))
        if platform in ("A", "U") and (found := _expanded(rest[0])) != rest[1]:
            wrong.append(f"{rest[0]}: expected {rest[1]}, found {found}")
    yield "envVarTest", "\n".join(wrong)


def _expanded(word: str) -> str | None:
    try:
        return expand(word, ENVIRONMENT, "\\")
    except ValueError:
        return "error"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    root = Path(arguments[0])
    root = root / "frontend/dockerfile" if (root / "frontend/dockerfile").is_dir() else root
    parser = root / "parser"
    results = [*trees(parser), *line_numbers(parser), *heredocs(parser), *expansions(root / "shell")]
    for name, difference in results:
        if difference:
            print(f"{name}: {difference}")
    agreeing = sum(not difference for _, difference in results)
    print(f"{agreeing}/{len(results)} files agree")
    return 0 if agreeing == len(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
