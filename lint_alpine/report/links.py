"""Where the project and its rules are documented."""

PROJECT = "https://github.com/lint-alpine/lint-alpine"


def rule_url(name: str) -> str:
    """The page of a rule, by the rule's name."""
    return f"{PROJECT}/blob/main/rules/{name.replace('-', '_')}/README.md"
