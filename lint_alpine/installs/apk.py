"""apk's command line -> what it adds to the image, removes from it, and fetches."""

import re
from collections.abc import Sequence

from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.installs.install import Apk, ApkInstall, ApkPackage, ApkRemove, ApkVerb
from lint_alpine.installs.options import Options, Parsed, parse
from lint_alpine.source import Span

# The options of apk-tools 2.14 and 3.0 (src/apk.c, src/app_*.c): global ones stand before the verb or after it.
_GLOBAL = Options.of(
    flags="-h/--help -q/--quiet -v/--verbose -i/--interactive -V/--version -f/--force -U/--update-cache"
    " --force-binary-stdout --force-broken-world --force-missing-repositories --force-no-chroot --force-non-repository"
    " --force-old-apk --force-overwrite --force-refresh --progress --no-progress --purge --allow-untrusted --no-network"
    " --no-cache --no-logfile --preserve-env --print-arch --no-check-certificate --no-interactive --cache-packages"
    " --cache-predownload --no-cache-packages --legacy-info --sync --no-sync",
    valued="-p/--root -X/--repository --repositories-file --arch --keys-dir --cache-dir --cache-max-age --wait"
    " --progress-fd --timeout --logfile --repository-config",
    abbreviations=True,
)
_COMMIT = _GLOBAL.extended(
    flags="-s/--simulate --clean-protected --overlay-from-stdin --no-scripts --no-commit-hooks"
    " --initramfs-diskless-boot --no-chown --usermode --root-tmpfs --no-root-tmpfs",
)
_VERBS = {
    "add": _COMMIT.extended(flags="--initdb -l/--latest -u/--upgrade", valued="-t/--virtual"),
    "del": _COMMIT.extended(flags="-r/--rdepends"),
    "fix": _COMMIT.extended(
        flags="-d/--depends -r/--reinstall -u/--upgrade -x/--xattr --directory-permissions",
    ),
    "update": _GLOBAL,
    "upgrade": _COMMIT.extended(
        flags="-a/--available -l/--latest --ignore --no-self-upgrade --self-upgrade-only --prune --preupgrade-depends",
    ),
}
_APPLETS = _VERBS.keys() | {
    "audit", "cache", "dot", "extract", "fetch", "index", "info", "list", "manifest", "policy", "query", "search",
    "stats", "verify", "version",
}  # fmt: skip

# apk-world(5): `!name` conflicts, `name@tag`, and an operator with a version, in any order that apk accepts.
_PACKAGE = re.compile(r"(?P<conflict>!?)(?P<name>[^\s<>=~@!]+)(?P<rest>.*)", re.DOTALL)
_TAG = re.compile(r"@([^\s<>=~@]+)")


def read_apk(command: Command) -> Apk | None:
    """What an apk command does; None for what changes nothing (`apk info`), and for other programs."""
    if command.name not in ("apk", "apk.static"):
        return None
    # As apk does it: the first word that names a verb is the verb, so that its options may stand in front of it.
    verb = next((text for argument in command.arguments if (text := argument.text) in _APPLETS), None)
    table = _VERBS.get(verb or "")
    if table is None or verb is None:
        return None
    found = parse(command.arguments, table)
    if found.has("help", "version"):
        return None
    named = next((index for index, word in enumerate(found.words) if word.text == verb), len(found.words))
    found = found._replace(words=(*found.words[:named], *found.words[named + 1 :]))
    if verb == "del":
        return ApkRemove(_packages(found.words), command, found.has("simulate"), _root(found))
    return _install(ApkVerb(verb), command, found)


def _install(verb: ApkVerb, command: Command, found: Parsed) -> ApkInstall:
    no_cache = found.last("no-cache")
    virtual = found.last("virtual")
    packages = _packages(found.words)
    # What provides `pc:libpq`, `cmd:gcc` or `so:libpq.so.5` has a name of its own, which is not known.
    named = not any(":" in package.name and not (package.conflict or package.file) for package in packages)
    return ApkInstall(
        verb=verb,
        packages=packages,
        command=command,
        virtual=read_package(virtual.value, virtual.span) if virtual and virtual.value else None,
        no_cache=no_cache is not None,
        no_cache_option=no_cache.span if no_cache else None,
        cache_dir=found.value("cache-dir"),
        repositories=tuple(option.value or option.span.text for option in found.all("repository")),
        simulate=found.has("simulate"),
        no_network=found.has("no-network"),
        root=_root(found),
        complete=named and _complete(command, found) and (virtual is None or virtual.known),
    )


def _packages(words: Sequence[Argument]) -> tuple[ApkPackage, ...]:
    return tuple(package for word in words if word.text and (package := read_package(word.text, word.span)))


def read_package(text: str, span: Span) -> ApkPackage | None:
    """One word of `apk add`: a package, what provides it (`so:`, `cmd:`, `pc:`), or a local .apk file."""
    if text.endswith(".apk"):
        return ApkPackage(text, None, None, span, file=True)
    match = _PACKAGE.fullmatch(text.strip())
    if match is None:
        return None
    tag = _TAG.search(match["rest"])
    constraint = _TAG.sub("", match["rest"], count=1)
    return ApkPackage(match["name"], constraint or None, tag[1] if tag else None, span, match["conflict"] == "!")


def _root(found: Parsed) -> str:
    root = found.last("root")
    return "/" if root is None else root.value or root.span.text


def _complete(command: Command, found: Parsed) -> bool:
    return not found.strange and not command.more_arguments and all(word.text is not None for word in found.words)
