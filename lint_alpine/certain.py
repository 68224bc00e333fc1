"""Which commands of a RUN certainly run, and whose failure certainly ends the build."""

from lint_alpine.dockerfile.commands import Command

_FARTHEST = 4_000


def must_succeed(command: Command) -> bool:
    """False in a branch, a loop or a substitution, and where `||` catches what fails."""
    return not command.conditional and not command.substitution and not _is_caught(command)


def _is_caught(command: Command) -> bool:
    """Whether the list that the command stands in, or a group around it, goes on behind `||`."""
    end = command.span.end
    text = command.span.source.text[end : end + _FARTHEST]
    depth = 0
    for at, character in enumerate(text):
        if character in "({":
            depth += 1
        elif character in ")}":
            # Where the command's own group ends, what follows concerns it as well.
            depth = max(depth - 1, 0)
        elif depth == 0 and text.startswith("||", at):
            return True
        elif depth == 0 and (character == ";" or (character == "\n" and not _continues(text[:at]))):
            rest = text[at + 1 :].lstrip()
            if not rest.startswith(("}", ")")):
                return False
    return False


def _continues(line: str) -> bool:
    return line.rstrip(" \t\r").endswith(("\\", "&&", "|"))
