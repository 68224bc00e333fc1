"""What setup.py scripts declare, by their text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.wheels.setup_scripts import Declared, read_setup
from tests.steps import counted

COMPILES = Declared(extension=True, optional=False)
OPTIONAL = Declared(extension=True, optional=True)
NOTHING = Declared(extension=False, optional=False)

DECLARED = {
    "setup(name='a')": NOTHING,
    "setuptools.setup(ext_modules=[Extension('a', ['a.c'])])": COMPILES,
    "setup(ext_modules=None, cffi_modules=[], rust_extensions=())": NOTHING,
    "setup(ext_modules=extensions())": COMPILES,
    "setup(cffi_modules=['build.py:ffi'])": COMPILES,
    "from skbuild import setup\nsetup(name='a')": COMPILES,
    "import numpy.distutils.core as n\nn.setup()": COMPILES,
    # What is only for other systems.
    "m = []\nif sys.platform == 'darwin':\n  m = [Extension('a', [])]\nsetup(ext_modules=m)": NOTHING,
    "m = []\nif sys.platform.startswith('win'):\n  m.append(Extension('a', []))\nsetup(ext_modules=m)": NOTHING,
    "m = []\nif os.name == 'nt' or platform.system() in ('Windows', 'X'):\n  m += [1]\nsetup(ext_modules=m)": NOTHING,
    "m = []\nif sys.platform != 'win32':\n  m.append(Extension('a', []))\nsetup(ext_modules=m)": COMPILES,
    "m = []\nm.append(Extension('a', []))\nsetup(ext_modules=m)": COMPILES,
    "m = []\nfill(m)\nsetup(ext_modules=m)": COMPILES,
    "m = []\nif machine() == 'x':\n  m = [1]\nsetup(ext_modules=m)": COMPILES,
    "mac = 'darwin' in sys.platform\nsetup(ext_modules=[Extension('a', [])] if mac else [])": NOTHING,
    "m = [1]\nif '__pypy__' in sys.builtin_module_names:\n  m = []\nsetup(ext_modules=m)": COMPILES,
    # What is only built where a variable asks for it.
    "M = None\nif os.getenv('USE') == '1':\n  M = cythonize([])\nsetup(ext_modules=M)": NOTHING,
    "use = bool(int(os.environ.get('USE', '0')))\nM = []\nif use:\n  M = [1]\nsetup(ext_modules=M)": COMPILES,
    "M = []\nif not os.environ.get('SKIP'):\n  M = [1]\nsetup(ext_modules=M)": COMPILES,
    "M = []\nif 'USE' in os.environ:\n  M = [1]\nsetup(ext_modules=M)": NOTHING,
    "M = []\nif '--with' in sys.argv:\n  M = [1]\nsetup(ext_modules=M)": COMPILES,
    # Not in the call itself.
    "kw = {'name': 'a'}\nsetup(**kw)": NOTHING,
    "kw = {}\nkw['ext_modules'] = [1]\nsetup(**kw)": COMPILES,
    "kw = dict(ext_modules=[1])\nsetup(**kw)": COMPILES,
    "kw = {}\nif os.name == 'nt':\n  kw['ext_modules'] = [1]\nsetup(**kw)": NOTHING,
    "def run(modules):\n  setup(ext_modules=modules)\nrun([])": COMPILES,
    # What may do anything, and what is not there.
    "setup(cmdclass={'install': Install})": None,
    "setup(distclass=Own)": None,
    "setup(cmdclass=versioneer.get_cmdclass())": None,
    "setup(cmdclass={'build_ext': build_ext, 'test': Test})": NOTHING,
    "from helper import main\nmain()": None,
    "print 'Python 2'\nsetup()": None,
    "": None,
    # It goes on where the compiler fails.
    "setup(ext_modules=[Extension('a', [], optional=True)])": OPTIONAL,
    "setup(ext_modules=[Extension('a', [], optional=x), RustExtension('b', optional=True)])": OPTIONAL,
    "setup(ext_modules=[Extension('a', [], optional=True), Extension('b', [])])": COMPILES,
    "setup(ext_modules=[Extension('a', [], optional=False)])": COMPILES,
    "e = Extension('a', [])\ne.optional = True\nsetup(ext_modules=[e])": OPTIONAL,
    "from helper import optional_build_ext\nsetup(ext_modules=[e])": OPTIONAL,
    "try:\n  run_setup(True)\nexcept BuildFailed:\n  run_setup(False)\nsetup(ext_modules=[e])": OPTIONAL,
    "try:\n  run_setup(e)\nexcept BuildFailed:\n  e.remove(x)\n  run_setup(e)\nsetup(ext_modules=e)": COMPILES,
    "kw = {'ext_modules': [1]}\ntry:\n  setup(**kw)\nexcept E:\n  del kw['ext_modules']\n  setup(**kw)": OPTIONAL,
}
SWALLOWS = """
class own(build_ext):
    def build_extension(self, ext):
        try:
            super().build_extension(ext)
        except Exception as error:
            {}
setup(ext_modules=[Extension('a', [])], cmdclass={{'build_ext': own}})
"""


@pytest.mark.parametrize(("text", "declared"), DECLARED.items(), ids=range(len(DECLARED)))
def test_what_is_declared(text: str, declared: Declared | None) -> None:
    assert read_setup(text.encode()) == declared


@pytest.mark.parametrize(
    ("handler", "declared"),
    [
        ("print(error)", OPTIONAL),
        ("raise BuildFailed from error", COMPILES),
        ("if strict: raise", OPTIONAL),
        ("if strict: raise\n            else: raise Other", COMPILES),
        ("print(error); raise", COMPILES),
    ],
)
def test_a_build_that_may_fail(handler: str, declared: Declared) -> None:
    assert read_setup(SWALLOWS.format(handler).encode()) == declared


def test_the_class_must_be_the_one_that_builds() -> None:
    assert read_setup(SWALLOWS.format("pass").replace("build_ext)", "build_py)").encode()) == COMPILES
    assert read_setup(
        SWALLOWS.format("pass").replace("super()", "check()").replace("_extension(ext)", "(ext)").encode()
    )


HOSTILE = [
    b"x=" + b"-" * 100_000 + b"1", b"a" + b".a" * 60_000, b"(" * 5_000, b"a" + b"()" * 60_000, b"1" + b"+1" * 60_000,
    b"".join(b" " * i + b"if x:\n" for i in range(99)) + b" " * 99 + b"pass\n", b"lambda:" * 15_000 + b"1",
    b"if x:pass\n" + b"elif x:pass\n" * 10_000, b"a" + b"<a" * 20_000, b"\0", b"1 if x else " * 10_000 + b"1",
    b"x=" + b"[] or " * 20_000 + b"[]", b"a=" * 20_000 + b"1", b"x=1\n" * 10_000, b"\xff\xfe", b"x" * 200_000,
    b"".join(b"x%d = x%d\n" % (i, i + 1) for i in range(5_000)) + b"setup(ext_modules=x0)",
    b"".join(b"if os.name == 'nt':\n" + b" " * (i + 1) for i in range(50)) + b"pass",
]  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_scripts_take_little_time(content: bytes) -> None:
    with counted(most=1_000 * (len(content) + 1)):
        read_setup(content)


PIECES = st.lists(
    st.sampled_from(
        [
            "m = []",
            "m.append(1)",
            "if os.name == 'nt':\n    m = [1]",
            "setup(ext_modules=m)",
            "setup(**m)",
            "class A(build_ext): pass",
            "try:\n    setup()\nexcept E:\n    setup(m)",
            "m = None if x else []",
            "del m",
            "(",
            "if a:",
            "x = not (y or 1)",
        ]
    ),
    max_size=8,
)


@given(PIECES)
@settings(max_examples=200, deadline=None)
def test_any_script_is_told_or_not(pieces: list[str]) -> None:
    text = "\n".join(pieces)
    declared = read_setup(text.encode())
    assert declared is None or "setup(" in text
    # What is never reached changes nothing.
    unreached = text + "\nif os.name == 'nt':\n    setup(ext_modules=[1])"
    if declared is not None:
        assert read_setup(unreached.encode()) == declared
