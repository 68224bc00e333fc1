"""Pythons that an index page does not tell, but the METADATA of the wheels: real requests to a server on loopback."""

from pathlib import Path

from packaging.requirements import Requirement

from lint_alpine.environment import Environment, Libc
from lint_alpine.installs.dependency import Dependency, Requirements
from lint_alpine.source import Source
from lint_alpine.wheels.cache import DiskCache
from lint_alpine.wheels.closure import resolve
from lint_alpine.wheels.index import PackageIndex
from lint_alpine.wheels.settings import IndexSettings
from tests.archives import metadata
from tests.loopback import Route, Server


def test_goes_back_to_a_release_for_this_python(server: Server, tmp_path: Path) -> None:
    pythons = {"3.0": ">=3.13", "2.0": ">=3.9", "1.0": ">=3.6"}
    files: list[dict[str, object]] = []
    for version, python in pythons.items():
        wheel = f"thing-{version}-py3-none-any.whl"
        files.append({"filename": wheel, "url": wheel, "hashes": {"sha256": "0" * 64}, "core-metadata": True})
        content = metadata("thing", version, f"Requires-Python: {python}")
        server.routes[f"/simple/thing/{wheel}.metadata"] = Route(200, content)
    server.json("thing", *files)
    dependency = Dependency(Requirement("thing"), Source("requirements.txt", "thing").line_span(1))
    image = Environment("alpine", "alpine", "3.22", Libc("musl", (1, 2)), "x86_64", "3.12.1")
    for asked in (3, 3):  # the second run takes the METADATA from the cache
        with PackageIndex(IndexSettings((server.url,)), DiskCache(tmp_path)) as index:
            closure = resolve(Requirements((dependency,)), image, None, index, index)
        assert [str(each.version) for each in closure] == ["2.0"]
        assert len(server.asked) == asked
