"""What a source distribution is built of, by the names of its files and the text of its build files; nothing is run."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from lint_alpine.wheels.archives import Members
from lint_alpine.wheels.evidence import SdistContents
from lint_alpine.wheels.metadata import MetadataError, is_top_level
from lint_alpine.wheels.setup_scripts import read_setup

_BUILD_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
_LANGUAGES = {
    ".c": "C",
    ".cc": "C++",
    ".cpp": "C++",
    ".cxx": "C++",
    ".c++": "C++",
    ".pyx": "Cython",
    ".rs": "Rust",
    ".f": "Fortran",
    ".for": "Fortran",
    ".f77": "Fortran",
    ".f90": "Fortran",
    ".f95": "Fortran",
    ".f03": "Fortran",
    ".f08": "Fortran",
}
# Folders whose sources are no part of what is installed.
_ASIDE = frozenset({"test", "tests", "testing", "doc", "docs", "example", "examples", "benchmark", "benchmarks"})

# The arguments and commands of setuptools and its plug-ins that compile, and the ways to do so of poetry, pdm, hatch.
_EXTENSION = re.compile(
    rb"\b(?:ext[_-]modules|cffi_modules|rust_extensions|setuptools[_-]rust|skbuild|numpy\.distutils|build_ext"
    rb"|run-setuptools|build\.hooks)\b|^\[tool\.poetry\.build\]|^build\s*=",
    re.MULTILINE,
)
# setuptools' own `optional` of an extension, and the classes that older projects copied from each other for it.
_OPTIONAL = re.compile(
    rb"\boptional\s*=\s*(?!False)|\boptional_?build_?ext|\bve_build_ext|\bBuild(?:Ext)?Failed|\bCCompilerError",
    re.IGNORECASE,
)


def is_build_file(path: str) -> bool:
    return any(is_top_level(path, name) for name in _BUILD_FILES)


def sdist_contents(members: Members) -> SdistContents:
    """What the members of a source distribution tell. Raises MetadataError where pip finds no Python project in them,
    and for a pyproject.toml that is not TOML."""
    paths = (*members.contents, *members.names)
    if not any(is_top_level(path, file) for path in paths for file in ("setup.py", "pyproject.toml")):
        raise MetadataError("its source distribution has neither setup.py nor pyproject.toml")
    project = next((text for path, text in members.contents.items() if is_top_level(path, "pyproject.toml")), None)
    backend, requires = _build_system(project) if project is not None else (None, ())
    setup = next((text for path, text in members.contents.items() if is_top_level(path, "setup.py")), None)
    declared = read_setup(setup) if setup is not None else None
    texts = [
        text
        for path, text in members.contents.items()
        if is_build_file(path) and not (declared and is_top_level(path, "setup.py"))
    ]
    return SdistContents(
        backend=backend,
        requires=requires,
        sources=tuple(sorted(_sources(members.names).items())),
        extension=(declared is not None and declared.extension) or any(map(_EXTENSION.search, texts)),
        optional=(declared is not None and declared.optional) or any(map(_is_optional, texts)),
        understood=declared is not None,
    )


def _is_optional(text: bytes) -> bool:
    return _EXTENSION.search(text) is not None and _OPTIONAL.search(text) is not None


def _sources(names: Iterable[str]) -> Counter[str]:
    """How many files of each language there are."""
    sources: Counter[str] = Counter()
    for name in names:
        path = PurePosixPath(name.lower())
        if (language := _LANGUAGES.get(path.suffix)) and _ASIDE.isdisjoint(path.parts[1:-1]):
            sources[language] += 1
    return sources


_PROJECT = 256 * 1024
_DOTS = 4_000_000
"""tomllib keeps every prefix of a dotted key: its memory grows with the square of the dots in a line."""


def _build_system(content: bytes) -> tuple[str | None, tuple[str, ...]]:
    import tomllib

    if len(content) > _PROJECT or sum(line.count(b".") ** 2 for line in content.split(b"\n")) > _DOTS:
        raise MetadataError("its pyproject.toml is too large")
    try:
        table: object = tomllib.loads(content.decode("utf-8")).get("build-system", {})
    except (ValueError, RecursionError):
        raise MetadataError("its pyproject.toml cannot be read") from None
    match table:
        case {"requires": list() as requires, **rest} if all(isinstance(each, str) for each in requires):
            backend: object = rest.get("build-backend")
            return backend if isinstance(backend, str) else None, tuple(requires)
        case _:
            return None, ()
