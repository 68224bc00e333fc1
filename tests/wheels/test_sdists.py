"""What source distributions are built of."""

import pytest

from lint_alpine.wheels.archives import Members
from lint_alpine.wheels.metadata import MetadataError
from lint_alpine.wheels.sdists import sdist_contents


def test_contents() -> None:
    names = [
        "t-1/setup.py",
        "t-1/a.c",
        "t-1/b/c.C",
        "t-1/d.cpp",
        "t-1/e.pyx",
        "t-1/f.rs",
        "t-1/g.f90",
        "t-1/h.py",
        "t-1/i.h",
    ]
    project = b'[build-system]\nrequires = ["hatchling>=1", "cython"]\nbuild-backend = "hatchling.build"\n'
    found = sdist_contents(Members(names, {"t-1/pyproject.toml": project}))
    assert found.backend == "hatchling.build"
    assert found.requires == ("hatchling>=1", "cython")
    assert found.sources == (("C", 2), ("C++", 1), ("Cython", 1), ("Fortran", 1), ("Rust", 1))


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        (None, (None, ())),
        ("", (None, ())),
        ("[build-system]\nrequires = ['a']", (None, ("a",))),
        ("build-system.requires = ['a']\nbuild-system.build-backend = 'b'", ("b", ("a",))),
        ("build-system = 1", (None, ())),
        ("[build-system]\nrequires = [1]", (None, ())),
        ("[build-system]\nrequires = 'a'", (None, ())),
        ("[build-system]\nrequires = []\nbuild-backend = 1", (None, ())),
    ],
)
def test_build_system(project: str | None, expected: tuple[str | None, tuple[str, ...]]) -> None:
    contents = {} if project is None else {"t-1/pyproject.toml": project.encode()}
    found = sdist_contents(Members(["t-1/setup.py", *contents], contents))
    assert (found.backend, found.requires) == expected


@pytest.mark.parametrize(
    "names", [["t-1/setup.py"], ["./t-1/setup.py", "t-1/pyproject.toml"], ["t-1/pyproject.toml", "t-1/b/setup.py"]]
)
def test_what_pip_takes_for_a_project(names: list[str]) -> None:
    assert sdist_contents(Members(names, {})).sources == ()


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["t-1/PKG-INFO", "t-1/setup.cfg", "t-1/t.py"],
        ["t-1/b/setup.py", "setup.py", "t-1/c/pyproject.toml"],
    ],
)
def test_what_pip_takes_for_none(names: list[str]) -> None:
    with pytest.raises(MetadataError, match="neither setup"):
        sdist_contents(Members(names, {}))


@pytest.mark.parametrize(
    "project",
    [
        b"[",
        b"\xff",
        b"a=" + b"[" * 100_000,
        b"a" + b".a" * 120_000 + b"=1",
        b"x" * 300_000,
        b'a="' + b"\\u0041" * 40_000,
    ],
    ids=range(6),
)
def test_project_file_that_cannot_be_read(project: bytes) -> None:
    with pytest.raises(MetadataError, match=r"^its pyproject.toml "):
        sdist_contents(Members([], {"t-1/pyproject.toml": project}))


@pytest.mark.parametrize(
    "name",
    ["t-1/tests/a.c", "t-1/src/t/testing/a.c", "t-1/docs/a.c", "t-1/Examples/a.c", "t-1/benchmarks/x/a.c", "t-1/a.h"],
)
def test_sources_that_are_not_installed(name: str) -> None:
    assert sdist_contents(Members(["t-1/setup.py", name], {})).sources == ()


@pytest.mark.parametrize("name", ["t-1/a.c", "t-1/src/tests.c", "test-1/a.c", "t-1/latest/a.c"])
def test_sources_that_are_installed(name: str) -> None:
    assert sdist_contents(Members(["t-1/setup.py", name], {})).sources == (("C", 1),)


@pytest.mark.parametrize(
    ("path", "text", "extension", "optional"),
    [
        ("setup.py", "setup(ext_modules=[Extension('a', ['a.c'])])", True, False),
        ("setup.py", "kwargs['ext_modules'] = cythonize('a.pyx')", True, False),
        ("setup.py", "setup(cffi_modules=['build.py:ffi'])", True, False),
        ("setup.py", "setup(rust_extensions=[RustExtension('a')])", True, False),
        ("setup.py", "from skbuild import setup", True, False),
        ("setup.py", "from numpy.distutils.core import setup", True, False),
        ("setup.py", "setup(cmdclass={'build_py': build_ext})", True, False),
        ("setup.py", "ext_modules=[Extension('a', ['a.c'], optional=True)]", True, True),
        ("setup.py", "ext_modules=[Extension('a', ['a.c'], optional = os.environ.get('A') != '1')]", True, True),
        ("setup.py", "ext_modules=[Extension('a', ['a.c'], optional=False)]", True, False),
        ("setup.py", "class BuildFailed(Exception): pass\nrun_setup(ext_modules=x)", True, True),
        ("setup.py", "class BuildFailed(Exception): pass\nsetup(ext_modules=x)", True, False),
        ("setup.py", "class OptionalBuildExt(build_ext): pass", True, True),
        ("setup.py", "from distutils.errors import CCompilerError\nbuild_ext", True, True),
        ("setup.py", "setup(name='text_modules', packages=['a'])", False, False),
        ("setup.py", "print 'Python 2'\nclass BuildFailed(Exception): pass\nsetup(ext_modules=x)", True, True),
        ("setup.cfg", "[build_ext]\ninplace=1", True, False),
        ("pyproject.toml", "[[tool.setuptools.ext-modules]]\nname = 'a'\noptional = true", True, True),
        ("pyproject.toml", "[tool.poetry.group.docs]\noptional = true", False, False),
        ("pyproject.toml", "[tool.setuptools]\next-modules = [{name = 'a', sources = ['a.c']}]", True, False),
        ("pyproject.toml", "[tool.poetry]\nbuild = 'build.py'", True, False),
        ("pyproject.toml", "[tool.poetry.build]\nscript = 'build.py'", True, False),
        ("pyproject.toml", "[tool.hatch.build.hooks.custom]", True, False),
        ("pyproject.toml", "[tool.pdm.build]\nrun-setuptools = true", True, False),
        ("pyproject.toml", "[tool.hatch.build]\n[build-system]\nrequires = []", False, False),
        ("vendored/setup.py", "setup(ext_modules=[1])", False, False),
    ],
)
def test_what_build_files_declare(path: str, text: str, extension: bool, optional: bool) -> None:
    found = sdist_contents(Members(["t-1/setup.py"], {f"t-1/{path}": text.encode()}))
    assert (found.extension, found.optional) == (extension, optional)


def test_a_setup_script_that_is_understood() -> None:
    for text, understood in {
        "setup(ext_modules=[])": True,
        "import setup_helper": False,
        "print 'Python 2'": False,
    }.items():
        found = sdist_contents(Members([], {"t-1/setup.py": text.encode()}))
        assert found.understood is understood
