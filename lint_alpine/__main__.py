"""`python -m lint_alpine` is `lint-alpine`."""

import sys

from lint_alpine.cli import main

if __name__ == "__main__":
    sys.exit(main())
