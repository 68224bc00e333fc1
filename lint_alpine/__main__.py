"""`python -m lint_alpine` is `lint-alpine`."""

from lint_alpine.cli import run

if __name__ == "__main__":
    run()
