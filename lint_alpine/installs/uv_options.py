"""uv's options and variables, and what they mean in pip's words."""

from collections.abc import Iterable, Iterator

from lint_alpine.installs.install import Variables
from lint_alpine.installs.options import Given, Options, Parsed
from lint_alpine.installs.programs import is_true
from lint_alpine.source import Span

# uv 0.13 (`uv help`), with the aliases that its help does not show.
GLOBAL = Options.of(
    flags="-h/--help -V/--version -q/--quiet -v/--verbose -n/--no-cache/--no-cache-dir --offline --no-offline"
    " --no-progress --no-config --managed-python --no-managed-python --no-python-downloads --system-certs"
    " --no-system-certs --native-tls --no-native-tls --preview --no-preview --no-color --isolated",
    valued="--cache-dir --color --config-file --directory --project --allow-insecure-host/--trusted-host"
    " --python-preference --python-fetch --preview-features",
)
_RESOLVER = GLOBAL.extended(
    flags="--no-index --no-build-isolation --build-isolation --no-sources --compile-bytecode --compile"
    " --no-compile-bytecode --no-compile -U/--upgrade --no-upgrade --reinstall --force-reinstall --no-reinstall"
    " --refresh --no-refresh --pre --require-build-hashes --no-require-build-hashes --dry-run --strict --no-strict"
    " --no-verify-hashes --verify-hashes --exact --inexact --no-exact --no-deps --all-extras --all-groups",
    valued="-i/--index-url --default-index --index --extra-index-url -f/--find-links --index-strategy"
    " --keyring-provider --resolution --prerelease --prerelease-package --fork-strategy -C/--config-setting"
    "/--config-settings --config-settings-package --no-build-isolation-package --exclude-newer"
    " --exclude-newer-package --link-mode --no-sources-package -P/--upgrade-package --upgrade-group"
    " --reinstall-package --refresh-package -p/--python --python-platform --extra --no-extra --group --no-group"
    " --torch-backend --cert",
)
PIP = _RESOLVER.extended(
    flags="--require-hashes --no-require-hashes --no-build --build --system --no-system --break-system-packages"
    " --no-break-system-packages --user --allow-empty-requirements --no-allow-empty-requirements"
    " --disable-pip-version-check --no-editable",
    valued="-r/--requirement/--requirements -e/--editable -c/--constraint/--constraints --override/--overrides"
    " -b/--build-constraint/--build-constraints --exclude/--excludes --no-binary --only-binary -t/--target --prefix"
    " --python-version --no-editable-package",
)
PROJECT = _RESOLVER.extended(
    flags="--no-build --build --no-binary --binary --dev --no-dev --only-dev --no-default-groups --locked --frozen"
    " --active --no-active --check --all-packages --no-editable --no-install-project --no-install-workspace"
    " --no-install-local --no-sync --no-project --no-workspace",
    valued="--only-group --package --no-build-package --no-binary-package --no-install-package --output-format"
    " --no-editable-package --script",
)
RUN = PROJECT.extended(
    flags="-m/--module -s/--script --gui-script --no-env-file",
    valued="--env-file -w/--with --with-editable --with-requirements",
)
ADD = PROJECT.extended(
    flags="--editable --raw --raw-sources --workspace --lfs",
    valued="-r/--requirement/--requirements -c/--constraint/--constraints -m/--marker --optional --bounds --rev --tag"
    " --branch",
)
EXPORT = PROJECT.extended(
    flags="--no-hashes --hashes --no-header --header --no-annotate --annotate --no-emit-project --no-emit-workspace"
    " --no-emit-local --emit-index-url --emit-find-links",
    valued="-o/--output-file --format --no-emit-package --prune",
)
TOOL = PROJECT.extended(
    flags="-e/--editable --force --no-env-file --lfs",
    valued="-c/--constraint/--constraints --override/--overrides --exclude/--excludes --build-constraint"
    "/--build-constraints -b -w/--with --with-editable --with-requirements --with-executables-from --from --env-file",
)
PYTHON = GLOBAL.extended(
    flags="-r/--reinstall -f/--force -U/--upgrade --default --no-bin --no-registry --bin --registry --compile-bytecode",
    valued="-i/--install-dir --mirror --pypy-mirror --python-downloads-json-url",
)

_INDEXES = {
    "default-index": "UV_DEFAULT_INDEX",
    "index-url": "UV_INDEX_URL",
    "index": "UV_INDEX",
    "extra-index-url": "UV_EXTRA_INDEX_URL",
    "find-links": "UV_FIND_LINKS",
    "no-binary-package": "UV_NO_BINARY_PACKAGE",
    "no-build-package": "UV_NO_BUILD_PACKAGE",
    "prerelease": "UV_PRERELEASE",
    "index-strategy": "UV_INDEX_STRATEGY",
}
_SWITCHES = {"no-binary": "UV_NO_BINARY", "no-build": "UV_NO_BUILD", "require-hashes": "UV_REQUIRE_HASHES"}


def settings(variables: Variables, span: Span, options: Options, given: Parsed) -> Iterator[Given]:
    """The options that variables set, where the command has them and they are not given."""
    for name, variable in _INDEXES.items():
        value = variables.get(variable, "")
        if value != "" and f"--{name}" in options.spellings and not given.has(name):
            yield Given(name, value, span, known=value is not None)
    for name, variable in _SWITCHES.items():
        option = options.spellings.get(f"--{name}")
        if option is not None and not option.takes_value and is_true(variables, variable):
            yield Given(name, None, span)


def as_pip(options: Iterable[Given]) -> Iterator[Given]:
    """The options by which files are chosen, as pip calls them."""
    for option in (part for each in options for part in _parts(each)):
        match option.name:
            case "no-binary" | "only-binary" if option.value is not None or not option.known:
                yield option
            case "no-binary":
                yield _renamed(option, "no-binary", ":all:")
            case "no-binary-package":
                yield _renamed(option, "no-binary", option.value)
            case "no-build":
                yield _renamed(option, "only-binary", ":all:")
            case "no-build-package":
                yield _renamed(option, "only-binary", option.value)
            case "prerelease" if option.value == "allow":
                yield _renamed(option, "pre", None)
            case "find-links" | "no-index" | "pre" | "no-deps" | "require-hashes" | "no-require-hashes":
                yield option


def _parts(option: Given) -> Iterator[Given]:
    """An option for each of the values that it holds."""
    match option:
        case Given(value=None):
            yield option
        case Given(name="find-links", value=str() as value):
            yield from (option._replace(value=part.strip()) for part in value.split(","))
        case Given(name="no-binary-package" | "no-build-package", value=str() as value):
            yield from (option._replace(value=part) for part in value.split())
        case _:
            yield option


def _renamed(option: Given, name: str, value: str | None) -> Given:
    return option._replace(name=name, value=value)
