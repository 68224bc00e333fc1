"""The arrows of the house: which module may import which. What is not listed here is not allowed."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "lint_alpine"
# From a module or package to what it may import of this project, beside its own package; lazy imports count as well.
ARROWS = {
    "": "",
    "source": "",
    "long_numbers": "",
    "diagnostic": "source",
    "data": "",
    "dockerignore": "",
    "decoding": "",
    "context": "decoding dockerignore source",
    "build_files": "context source",
    "dockerfile": "source",
    "references": "data",
    "python_tags": "data",
    "environment": "data",
    "images": "data environment image_rules python_tags references releases",
    "installs": "context dockerfile long_numbers source wheels.distribution",
    "packages": "data source wheels.build_packages",
    "image_files": "context dockerignore installs source",
    "image_folders": "context dockerignore image_files installs.reference written_files",
    "find_links": "context image_files image_folders installs wheels.folders wheels.precedence",
    "placing": "context dockerfile image_files",
    "written_files": "context dockerfile image_files installs source",
    "caches": "dockerfile installs source",
    "users": "dockerfile installs",
    "shortage": "data environment packages wheels",
    "unused": "dockerfile facts packages wheels",
    "alpine_releases": "data",
    "certain": "dockerfile",
    "apk_names": "alpine_releases certain data facts installs repositories source wheels.build_packages",
    "repositories": "alpine_releases dockerfile facts installs source",
    "system_python": "alpine_releases certain data dockerfile environment facts installs wheels.build_packages",
    "hazards": "alpine_releases data environment python_tags references",
    "lifetimes": "alpine_releases data environment images python_tags references",
    "locality": "certain dockerfile facts source",
    "origins": "environment facts installs packages releases source wheels",
    "python_copies": "dockerfile image_files origins source",
    "copied_builds": "facts origins releases source wheels",
    "libraries": "dockerfile facts origins source wheels",
    "variable_places": "dockerfile facts source",
    "refusals": "certain dockerfile facts installs source variable_places wheels",
    "shims": "facts installs wheels",
    "floating": "data facts python_tags references wheels",
    "useless_mounts": "caches dockerfile facts installs source unused variable_places",
    "facts": "apk_names caches certain copied_builds dockerfile environment floating hazards installs libraries"
    " lifetimes locality"
    " origins packages references refusals releases repositories shims shortage source system_python"
    " unused useless_mounts wheels",
    "pip_versions": "data environment images installs.install packages releases wheels",
    "kept_caches": "caches dockerfile installs",
    "stage_state": "dockerfile environment image_files installs origins packages pip_versions source",
    "target_environment": "caches dockerfile environment image_files images installs origins pip_versions stage_state",
    "effects": "caches dockerfile facts find_links image_files installs kept_caches origins pip_versions stage_state"
    " target_environment users wheels written_files",
    "gather": "caches context dockerfile effects environment facts image_files images installs origins packages placing"
    " python_copies source stage_state wheels",
    "wording": "diagnostic facts source wheels",
    "two_stages": "dockerfile facts installs packages",
    "rule": "diagnostic facts source two_stages wheels wording",
    "registry": "errors rule",
    "silencing": "diagnostic dockerfile.ignores rule",
    "argument_places": "diagnostic dockerfile facts source",
    "platforms": "diagnostic references source",
    "linter": "argument_places build_files context diagnostic dockerfile facts gather platforms references registry"
    " report.report rule silencing source wheels",
    "examples": "context linter report rule source wheels",
    "errors": "",
    "options": "diagnostic errors",
    "config": "context diagnostic options",
    "selection": "config diagnostic options",
    "gitignore": "context",
    "discovery": "context gitignore report.report",
    "report": "diagnostic environment source wheels.evidence wheels.verdict",
    "releases": "alpine_releases data environment",
    "image_rules": "data environment references releases",
    "arguments": "",
    "jobs": "discovery linter report.report",
    "fixes": "diagnostic source",
    "cli": "arguments config context discovery errors examples fixes jobs linter options registry report rule"
    " selection wheels",
    "__main__": "cli",
    "wheels": "environment installs.dependency long_numbers",
    "wheels.distribution": "long_numbers",
    "wheels.listing": "wheels.distribution",
    "wheels.evidence": "wheels.distribution",
    "wheels.choice": "installs.dependency wheels.distribution wheels.listing",
    "wheels.native": "wheels.evidence wheels.listing",
    "wheels.snapshot": "errors wheels.distribution wheels.evidence wheels.listing",
    "wheels.sources": "installs.dependency wheels.distribution wheels.evidence wheels.settings",
    "wheels.folders": "wheels",
    "wheels.precedence": "installs.dependency wheels",
    "wheels.build_packages": "alpine_releases data",
    "wheels.questions": "wheels.archives wheels.evidence wheels.metadata wheels.transport",
    "wheels.scout": "wheels.catalogue wheels.distribution wheels.evidence wheels.wanted",
    "wheels.catalogue": "environment installs.dependency wheels",
    "wheels.wanted": "wheels.choice wheels.distribution",
    "wheels.search": "wheels.catalogue wheels.dead_ends wheels.wanted",
    "wheels.resolution": "wheels.catalogue wheels.search wheels.wanted",
    "wheels.closure": "environment installs.dependency wheels",
    "wheels.verdict": "diagnostic environment installs.dependency wheels.evidence",
    "wheels.judge": "diagnostic environment images installs.dependency wheels",
    "wheels.index": "wheels",
    "wheels.transport": "wheels",
    "wheels.releases": "wheels",
    "wheels.pages": "wheels",
    "wheels.records": "wheels.distribution wheels.links",
    "wheels.links": "wheels.urls",
    "wheels.connections": "",
    "wheels.metadata": "long_numbers wheels",
    "wheels.archives": "wheels",
    "wheels.cache": "",
    "wheels.settings": "errors wheels.certificates wheels.credentials wheels.urls",
    "wheels.certificates": "",
    "wheels.credentials": "",
    "wheels.authorization": "wheels",
    "wheels.proxies": "",
    "wheels.urls": "",
}


def modules() -> list[str]:
    names = [".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in PACKAGE.rglob("*.py")]
    return sorted(name.removesuffix(".__init__").removesuffix("__init__") for name in names)


def imports(module: str) -> set[str]:
    """What a module imports of this project, without the leading `lint_alpine.`."""
    base = PACKAGE.joinpath(*module.split(".")) if module else PACKAGE
    path = base.with_suffix(".py") if base.with_suffix(".py").is_file() else base / "__init__.py"
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "lint_alpine":
            name = (node.module or "").partition(".")[2]
            for alias in node.names:
                inner = f"{name}.{alias.name}".lstrip(".")
                is_module = PACKAGE.joinpath(*inner.split(".")).with_suffix(".py").is_file()
                found.add(inner if is_module or (PACKAGE / inner).is_dir() else name)
        elif isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[2] for alias in node.names if alias.name.split(".")[0] == "lint_alpine"}
    return found - {""}


def allowed(module: str) -> set[str]:
    """The arrows of a module, or of the package that it is in."""
    return set((ARROWS[module] if module in ARROWS else ARROWS[module.split(".", maxsplit=1)[0]]).split())


@pytest.mark.parametrize("module", modules())
def test_arrows(module: str) -> None:
    own = module.split(".", maxsplit=1)[0]
    targets = {name for name in imports(module) if name.split(".")[0] != own or module in ARROWS}
    wrong = {name for name in targets if name not in allowed(module) and name.split(".")[0] not in allowed(module)}
    assert not wrong


def importers(library: str) -> set[str]:
    """The modules that import a library."""
    found = set()
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "rules").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if any(name.split(".")[0] == library for name in names):
                found.add(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize(
    ("library", "module"),
    [
        ("dockerfile_parse", "lint_alpine/dockerfile/instructions.py"),
        ("httpx", "lint_alpine/wheels/transport.py"),
        ("resolvelib", "lint_alpine/wheels/search.py"),
    ],
)
def test_a_library_has_one_door(library: str, module: str) -> None:
    assert importers(library) == {module}


def test_rooms_import_nothing_but_the_names_for_rules() -> None:
    for path in (ROOT / "rules").glob("*/__init__.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert names <= {"collections.abc", "itertools", "lint_alpine.rule"}, path


def test_the_engine_names_no_rule() -> None:
    codes = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    named = {path.name for path, text in codes.items() if any(f"LA{digit}0" in text for digit in "123459")}
    assert named == {"ignores.py"}, "only the ignore comments' own documentation may show a code"


def test_only_the_cli_prints() -> None:
    printers = {path.name for path in PACKAGE.rglob("*.py") if calls(path, "print")}
    assert printers == {"cli.py"}


def calls(path: Path, name: str) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        for node in ast.walk(tree)
    )
