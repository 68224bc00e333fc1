"""Small wheels and source distributions, as package indexes and folders have them."""

import io
import tarfile
import zipfile
from collections.abc import Mapping


def zipped(files: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = comment
    return stream.getvalue()


def metadata(name: str, version: str = "1.0", *lines: str) -> bytes:
    """METADATA or PKG-INFO; a line that begins with Name or Version takes the place of the right one."""
    fields = {"Metadata-Version": "2.2", "Name": name, "Version": version}
    given = {line.partition(": ")[0] for line in lines}
    kept = (f"{field}: {value}" for field, value in fields.items() if field not in given)
    return "\n".join((*kept, *lines, "", "text")).encode()


def wheel(name: str, version: str = "1.0", *lines: str) -> bytes:
    """With these lines in its METADATA."""
    folder = f"{name}-{version}.dist-info"
    return zipped(
        {
            f"{folder}/METADATA": metadata(name, version, *lines),
            f"{folder}/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n",
            f"{folder}/RECORD": "",
        }
    )


def sdist(name: str, version: str, files: Mapping[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for path, text in files.items():
            content = text.encode() if isinstance(text, str) else text
            info = tarfile.TarInfo(f"{name}-{version}/{path}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()
