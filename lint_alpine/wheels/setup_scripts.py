"""What a setup.py declares on Linux, by its text: extensions, and whether it does without them. Nothing is run."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# A setup.py with more bytes, or with brackets deeper than this, is none that people write.
_LONGEST = 128 * 1024
_DEEPEST = 60
_ROUNDS = 8

_KEYWORDS = frozenset({"ext_modules", "cffi_modules", "rust_extensions"})
# They compile without a word in the call of `setup`.
_COMPILERS = ("skbuild", "numpy.distutils", "setuptools_rust", "cffi.setuptools_ext")
# Commands that say nothing about what is installed; `build_ext` has no work without extensions.
_HARMLESS = frozenset(
    {"build_ext", "sdist", "bdist_wheel", "test", "pytest", "clean", "develop", "egg_info", "upload", "publish", "lint"}
)
_METHODS = frozenset({"run", "build_extension", "build_extensions"})
# Names of the classes for it that older projects copied from each other, where they are imported.
_COPIED = re.compile(r"(?:ve|optional)_?build_?ext", re.IGNORECASE)


class Declared(NamedTuple):
    """Whether a setup.py declares something to compile, and whether it lets that fail."""

    extension: bool
    optional: bool


def read_setup(content: bytes) -> Declared | None:
    """What a setup.py declares; None where its text does not tell: it is not for Python 3, or does all in other files.

    It is read for CPython on Linux, where no variable of its own is set. What cannot be told from the text (what is
    installed, which arguments there are) is taken for possible.
    """
    tree = _parsed(content)
    if tree is None:
        return None
    try:
        tree = _live(tree)
        calls = [call for call in _calls(tree) if _last_name(call.func) == "setup"]
        extension = _declares(tree, calls)
        if not calls or (not extension and any(map(_has_own_commands, calls))):
            return None
        return Declared(extension, _is_optional(tree))
    except RecursionError:
        return None


def _parsed(content: bytes) -> ast.Module | None:
    depth = deepest = 0
    for byte in content[: _LONGEST + 1]:
        depth += (byte in b"([{") - (byte in b")]}")
        deepest = max(deepest, depth)
    if len(content) > _LONGEST or deepest > _DEEPEST:
        return None
    try:
        return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


# What is live: conditions that the text decides are followed, again and again as more becomes known


def _live(tree: ast.Module) -> ast.Module:
    for _ in range(_ROUNDS):
        pruning = _Pruning(_constants(tree))
        tree = pruning.visit(tree)
        if not pruning.changed:
            break
    return tree


def _constants(tree: ast.Module) -> dict[str, object]:
    """The names of the module that are bound once, to what is known, and that nothing changes later."""
    bound = Counter(_bindings(tree))
    changed = set(_changed(tree))
    known: dict[str, object] = {}
    for statement in ast.walk(tree):
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if bound[name] == 1 and name not in changed:
                found = _Value(known).of(value)
                if found is not _UNKNOWN:
                    known[name] = found
    return known


def _bindings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.alias(name=name, asname=asname):
                yield asname or name.partition(".")[0]
            case ast.ExceptHandler(name=str() as name):
                yield name


def _changed(tree: ast.AST) -> Iterator[str]:
    """Names of what may be a list that grows: `x.append(y)`, `x += y`, `x[0] = y`, `grow(x)`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=func, args=args):
                given = [*args, *([func.value] if isinstance(func, ast.Attribute) else [])]
                yield from (each.id for each in given if isinstance(each, ast.Name))
            case ast.AugAssign(target=ast.Name(id=name)):
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                yield name


_UNKNOWN = object()
_ATTRIBUTES = {("sys", "platform"): "linux", ("os", "name"): "posix"}
_CALLS = {("platform", "system"): "Linux", ("platform", "python_implementation"): "CPython"}
_TESTS = frozenset({"startswith", "endswith", "lower", "upper", "strip"})


class _Value(NamedTuple):
    """Values of expressions: strings, numbers, lists and truth, as far as they are known."""

    names: dict[str, object]

    def of(self, node: ast.expr) -> object:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self.names.get(name, _UNKNOWN)
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                return _ATTRIBUTES.get((module, name), _UNKNOWN)
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                values = [self.of(item) for item in items]
                # Of a list of unknown things it is known that it is not empty.
                return tuple(values)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                truth = _truth(self.of(operand))
                return _UNKNOWN if truth is None else not truth
            case ast.BoolOp(op=operator, values=operands):
                return self._joined(isinstance(operator, ast.Or), [self.of(each) for each in operands])
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                truth = _truth(self.of(test))
                return _UNKNOWN if truth is None else self.of(body if truth else otherwise)
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return self._compared(left, operator, right)
            case ast.Call(func=func, args=args, keywords=[]):
                return self._called(func, args)
        return _UNKNOWN

    def _joined(self, decisive: bool, values: list[object]) -> object:
        truths = [_truth(value) for value in values]
        if decisive in truths:
            return decisive
        return _UNKNOWN if None in truths else not decisive

    def _compared(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> object:
        if isinstance(operator, ast.In | ast.NotIn) and _dotted(right) in ("os.environ", "sys.builtin_module_names"):
            return isinstance(operator, ast.NotIn)
        first, second = self.of(left), self.of(right)
        if not _is_known(first) or not _is_known(second):
            return _UNKNOWN
        match operator:
            case ast.Eq() | ast.Is():
                return first == second
            case ast.NotEq() | ast.IsNot():
                return first != second
            case ast.In() if isinstance(second, tuple):
                return first in second
            case ast.NotIn() if isinstance(second, tuple):
                return first not in second
            case ast.In() if isinstance(first, str) and isinstance(second, str):
                return first in second
            case ast.NotIn() if isinstance(first, str) and isinstance(second, str):
                return first not in second
        return _UNKNOWN

    def _called(self, func: ast.expr, args: list[ast.expr]) -> object:
        path = _dotted(func)
        if path in ("os.getenv", "os.environ.get", "getenv", "environ.get"):
            return self.of(args[1]) if len(args) > 1 else None
        match func:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if (module, name) in _CALLS:
                return _CALLS[module, name]
            case ast.Attribute(value=value, attr=name) if name in _TESTS:
                text, given = self.of(value), [self.of(each) for each in args]
                if isinstance(text, str) and all(isinstance(each, str | tuple) and _is_known(each) for each in given):
                    try:
                        found: object = getattr(text, name)(*given)
                    except TypeError:
                        return _UNKNOWN
                    return found
            case ast.Name(id="bool" | "int" as name) if len(args) == 1:
                truth = _truth(self.of(args[0]))
                return _UNKNOWN if truth is None or (name == "int" and truth) else truth
        return _UNKNOWN


def _is_known(value: object) -> bool:
    return value is not _UNKNOWN and not (isinstance(value, tuple) and not all(map(_is_known, value)))


def _truth(value: object) -> bool | None:
    return None if value is _UNKNOWN else bool(value)


class _Pruning(ast.NodeTransformer):
    """Leaves out the branches that are never taken."""

    def __init__(self, constants: dict[str, object]) -> None:
        self._values = _Value(constants)
        self.changed = False

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        truth = _truth(self._values.of(node.test))
        self.generic_visit(node)
        if truth is None:
            node.body = node.body or [ast.Pass()]
            return node
        self.changed = True
        return node.body if truth else node.orelse

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        truth = _truth(self._values.of(node.test))
        self.generic_visit(node)
        if truth is None:
            return node
        self.changed = True
        return node.body if truth else node.orelse


# What the live part says


def _declares(tree: ast.Module, calls: list[ast.Call]) -> bool:
    values = _Value(_constants(tree))
    keywords = [keyword for call in calls for keyword in call.keywords]
    given = [keyword for keyword in keywords if keyword.arg in _KEYWORDS]
    if any(_truth(values.of(keyword.value)) is not False for keyword in given) or _imports(tree, _COMPILERS):
        return True
    # What comes by `**kwargs` is looked for everywhere.
    return any(keyword.arg is None for keyword in keywords) and any(name in _KEYWORDS for name in _words(tree, given))


def _has_own_commands(call: ast.Call) -> bool:
    """Whether the build runs what may do anything."""
    for keyword in call.keywords:
        match keyword:
            case ast.keyword(arg="distclass"):
                return True
            case ast.keyword(arg="cmdclass", value=ast.Dict(keys=keys)):
                return not all(isinstance(key, ast.Constant) and key.value in _HARMLESS for key in keys)
            case ast.keyword(arg="cmdclass"):
                return True
    return False


def _words(tree: ast.AST, without: list[ast.keyword]) -> Iterator[str]:
    """Names, keys and attributes, apart from these keywords."""
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg=str() as name) if node not in without:
                yield name
            case ast.Constant(value=str() as name) | ast.Attribute(attr=name):
                yield name


def _is_optional(tree: ast.Module) -> bool:
    extensions = [call for call in _calls(tree) if (_last_name(call.func) or "").endswith("Extension")]
    if extensions and all(any(_allows(keyword) for keyword in call.keywords) for call in extensions):
        return True
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef() if _swallows_errors(node):
                return True
            case ast.Try() if _tries_without(node):
                return True
            case ast.Assign(targets=[ast.Attribute(attr="optional")], value=value) if _Value({}).of(value) is not False:
                return True
            case ast.alias(name=name) if _COPIED.search(name):
                return True
    return False


def _allows(keyword: ast.keyword) -> bool:
    """Setuptools' own `optional` of an extension."""
    return keyword.arg == "optional" and _Value({}).of(keyword.value) is not False


def _swallows_errors(node: ast.ClassDef) -> bool:
    """A `build_ext` that goes on where the compiler fails."""
    if not any("build_ext" in (_dotted(base) or "").lower() for base in node.bases):
        return False
    methods = (each for each in node.body if isinstance(each, ast.FunctionDef) and each.name in _METHODS)
    return any(
        not all(_always_raises(handler.body) for handler in attempt.handlers)
        for method in methods
        for attempt in ast.walk(method)
        if isinstance(attempt, ast.Try) and any(_last_name(call.func) in _METHODS for call in _calls_in(attempt.body))
    )


def _always_raises(body: list[ast.stmt]) -> bool:
    return any(
        isinstance(each, ast.Raise)
        or (isinstance(each, ast.If) and _always_raises(each.body) and _always_raises(each.orelse))
        for each in body
    )


def _tries_without(node: ast.Try) -> bool:
    """`try: run_setup(True)`, `except BuildFailed: run_setup(False)`: the same call again, with other arguments, or
    after what it shall leave out is named."""
    tried = {_last_name(call.func): ast.dump(call) for call in _calls_in(node.body)}
    for handler in node.handlers:
        again = {name: call for call in _calls_in(handler.body) if (name := _last_name(call.func)) in tried}
        others = [name for name, call in again.items() if "setup" in (name or "").lower()]
        without = any(isinstance(each, ast.Constant) and each.value in _KEYWORDS for each in ast.walk(handler))
        if any(without or ast.dump(again[name]) != tried[name] for name in others):
            return True
    return False


def _imports(tree: ast.AST, modules: Iterable[str]) -> bool:
    named = [
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    ]
    return any(f"{name}.".startswith(f"{module}.") for name in named for module in modules)


def _calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _calls_in(body: Iterable[ast.stmt]) -> list[ast.Call]:
    return [call for statement in body for call in _calls(statement)]


def _dotted(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            before = _dotted(value)
            return f"{before}.{name}" if before else None
    return None


def _last_name(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None
