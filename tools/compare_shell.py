"""Compare the reading of RUN bodies with that of shfmt: the words and assignments of every simple command.

usage: python tools/compare_shell.py [--shfmt PROGRAM] FOLDER...

`shfmt` (any 3.x) is an independent parser; a body that it refuses is counted apart. Prints each body that is read
differently, and `N of N bodies equal`. The exit code is 1 where one differs.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from lint_alpine.dockerfile.commands import run_script
from lint_alpine.dockerfile.instructions import parse as parse_dockerfile
from lint_alpine.dockerfile.shell import Block, SimpleCommand
from lint_alpine.dockerfile.shell_grammar import read
from lint_alpine.source import Excerpt, Source

Json = dict[str, object]


class Call(NamedTuple):
    """A simple command: its assignments as name and value, and its words as written."""

    assignments: tuple[str, ...]
    words: tuple[str, ...]


def ours(script: str) -> list[Call]:
    commands = _simple(read(Excerpt.whole(Source("RUN", script))))
    return [_call(command) for command in commands if command.words or command.assignments]


def _simple(body: Iterable[SimpleCommand | Block]) -> Iterator[SimpleCommand]:
    for node in body:
        if isinstance(node, SimpleCommand):
            yield node
        else:
            yield from _simple(node.body)


def _call(command: SimpleCommand) -> Call:
    assignments = tuple(f"{item.name}={item.value.raw}" for item in command.assignments)
    return Call(assignments, tuple(word.raw for word in command.words))


def theirs(script: str, program: str) -> list[Call] | None:
    """None where shfmt finds a syntax error."""
    run = subprocess.run([program, "--to-json", "-ln", "bash"], input=script.encode(), capture_output=True, check=False)
    if run.returncode:
        return None
    return list(_calls(json.loads(run.stdout), script.encode()))


def _text(node: Json, script: bytes) -> str:
    start, end = (node[name]["Offset"] for name in ("Pos", "End"))  # type: ignore[index]
    return script[start:end].decode()


def _calls(node: object, script: bytes) -> Iterator[Call]:
    """Depth first, so that what stands in a substitution comes before the command that holds it."""
    if isinstance(node, list):
        for child in node:
            yield from _calls(child, script)
        return
    if not isinstance(node, dict):
        return
    # The fields of a node come in the order of the grammar, save that redirects stand behind the command.
    command = node.get("Cmd")
    if isinstance(command, dict) and command.get("Type") == "CallExpr":
        words = [*_list(command, "Assigns"), *_list(command, "Args"), *_list(node, "Redirs")]
        for word in sorted(words, key=_offset):
            yield from _calls(word, script)
        yield _as_call(command, script)
        return
    if node.get("Type") == "CallExpr":
        yield from _calls([*_list(node, "Assigns"), *_list(node, "Args")], script)
        yield _as_call(node, script)
    elif node.get("Type") == "DeclClause":
        yield from _calls(node.get("Args"), script)
        keyword = node["Variant"]
        arguments = [_text(argument, script) for argument in _list(node, "Args")]
        yield Call((), (keyword["Value"], *arguments))
    else:
        for name, child in node.items():
            if name not in ("Pos", "End"):
                yield from _calls(child, script)


def _list(node: Json, name: str) -> list[Json]:
    found = node.get(name)
    return found if isinstance(found, list) else []


def _offset(node: Json) -> int:
    position = node["Pos"]
    return int(position["Offset"])  # type: ignore[index]


def _as_call(node: Json, script: bytes) -> Call:
    return Call(
        tuple(_assignment(item, script) for item in _list(node, "Assigns")),
        tuple(_text(item, script) for item in _list(node, "Args")),
    )


def _assignment(node: Json, script: bytes) -> str:
    name, value = node["Name"], node.get("Array") or node.get("Value")
    return f"{name['Value']}={_text(value, script) if value else ''}"  # type: ignore[index, arg-type]


def bodies(folder: Path) -> Iterator[tuple[str, str]]:
    """Each RUN in shell form of the folder's Dockerfiles, with its place."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "dockerfile" in path.name.lower():
            source = Source(str(path), path.read_text("utf-8", "replace"))
            for instruction in parse_dockerfile(source).instructions:
                inner = instruction.trigger or instruction
                if inner.name == "RUN" and inner.exec_form is None:
                    yield f"{path}:{instruction.span.start.line}", run_script(inner).text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shfmt", default="shfmt", metavar="PROGRAM")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    equal = compared = refused = commands = 0
    for folder in options.folders:
        for place, script in bodies(folder):
            expected = theirs(script, options.shfmt)
            if expected is None:
                refused += 1
                continue
            found = ours(script)
            compared += 1
            equal += found == expected
            commands += len(found)
            if found != expected:
                print(place)
                print("  only here: ", [call for call in found if call not in expected])
                print("  only shfmt:", [call for call in expected if call not in found])
    print(f"{equal} of {compared} bodies equal ({commands} commands; shfmt refuses {refused} bodies)")
    return int(equal != compared)


if __name__ == "__main__":
    sys.exit(main())
