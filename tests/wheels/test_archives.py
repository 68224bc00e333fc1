import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.wheels.archives import ArchiveError, Members, Part, Range, TarStream, read_zip
from tests.archives import zipped
from tests.steps import counted


def read(content: bytes, wanted: Callable[[str], bool]) -> tuple[Members, list[Range]]:
    """Serves the ranges from memory; returns them too."""
    asked: list[Range] = []
    reader = read_zip(wanted)
    try:
        part = next(reader)
        while True:
            asked.append(part)
            start = max(0, len(content) - part.size) if part.start is None else part.start
            part = reader.send(Part(start, len(content), content[start : start + part.size]))
    except StopIteration as end:
        members: Members = end.value
        return members, asked


NOISE = bytes(range(256)) * 400


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_last_member_is_read_with_one_request(compression: int) -> None:
    content = zipped({"a/b.so": NOISE, "a-1.dist-info/METADATA": b"Name: a"}, compression)
    members, asked = read(content, lambda name: name.endswith("METADATA"))
    assert members == Members(["a/b.so", "a-1.dist-info/METADATA"], {"a-1.dist-info/METADATA": b"Name: a"})
    assert asked == [Range(None, 16 * 1024)]


def test_first_member_is_read_with_two_requests() -> None:
    content = zipped({"METADATA": b"Name: a" * 1000, "b.so": NOISE}, zipfile.ZIP_STORED)
    members, asked = read(content, lambda name: name == "METADATA")
    assert members.contents == {"METADATA": b"Name: a" * 1000}
    assert len(asked) == 2
    assert asked[1].start == 0
    assert asked[1].size < 8000


def test_long_directory_takes_another_request() -> None:
    content = zipped({**{f"folder/{number:060}": b"" for number in range(500)}, "METADATA": b"Name: a"})
    members, asked = read(content, lambda name: name == "METADATA")
    assert members.contents == {"METADATA": b"Name: a"}
    assert len(members.names) == 501
    assert len(asked) <= 3


def test_comment() -> None:
    members, asked = read(zipped({"M": b"x"}, comment=b"c" * 60_000), lambda name: name == "M")
    assert members.contents == {"M": b"x"}
    assert len(asked) <= 3


def test_only_the_first_megabyte_of_a_member_is_read() -> None:
    members, _ = read(zipped({"M": b"x" * 300_000_000}), lambda name: name == "M")
    assert members.contents == {"M": b"x" * 1024 * 1024}


def bad_crc() -> bytes:
    return zipped({"M": b"content"}, zipfile.ZIP_STORED).replace(b"content", b"contend")


def large_directory() -> bytes:
    content = bytearray(zipped({"M": b"x"}) + b"")
    end = content.rfind(b"PK\5\6")
    content[:0] = bytes(6_000_000)
    content[end + 6_000_000 + 12 : end + 6_000_000 + 16] = (5_900_000).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"x" * 100_000,
        zipped({"M": b"x"})[:-1],
        zipped({"M": NOISE}, zipfile.ZIP_STORED)[: len(NOISE) // 2],
        zipped({"M": b"x"}, zipfile.ZIP_LZMA),
        zipped({"M": b"x"}, zipfile.ZIP_BZIP2),
        bad_crc(),
        large_directory(),
        b"PK\5\6" + b"\xff" * 18,
        b"PK\5\6" * 20_000,
    ],
    ids=range(11),
)
def test_bad_zip(content: bytes) -> None:
    with pytest.raises(ArchiveError, match=r"^its archive "):
        read(content, lambda name: name == "M")


ZIP = zipped({"a": b"1", "M": b"x" * 50, "b": NOISE[:300]})


@given(st.lists(st.tuples(st.integers(0, len(ZIP) - 1), st.integers(0, 255)), max_size=4))
@settings(max_examples=200, deadline=None)
def test_mutated_zip_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    content = bytearray(ZIP)
    for place, value in changes:
        content[place] = value
    try:
        members, asked = read(bytes(content), lambda name: name == "M")
    except ArchiveError:
        return
    assert len(asked) <= 6
    assert all(len(kept) <= 1024 * 1024 for kept in members.contents.values())


def test_zip_that_changes_while_it_is_read() -> None:
    reader = read_zip(lambda name: name == "M")
    content = zipped({"M": b"x" * 50, "b": NOISE}, zipfile.ZIP_STORED)
    next(reader)
    reader.send(Part(len(content) - 16384, len(content), content[-16384:]))
    with pytest.raises(ArchiveError, match="changed"):
        reader.send(Part(0, 3, b"xxx"))


def tarred(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        folder = tarfile.TarInfo("thing-1.0")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("thing-1.0/link")
        link.type, link.linkname = tarfile.SYMTYPE, "x" * (90 if form == tarfile.USTAR_FORMAT else 150)
        archive.addfile(link)
    return stream.getvalue()


def streamed(
    content: bytes,
    wanted: Callable[[str], bool] = lambda name: name.endswith("PKG-INFO"),
    step: int = 1000,
    enough: Callable[[Members], bool] = lambda _: False,
    filename: str = "thing-1.0.tar.gz",
) -> tuple[Members, int]:
    """What was found, and how many bytes were fed."""
    stream = TarStream(filename, wanted, enough)
    fed = 0
    for start in range(0, len(content), step):
        fed += len(content[start : start + step])
        if not stream.feed(content[start : start + step]):
            break
    return stream.close(), fed


LONG = "thing-1.0/" + "folder/" * 40 + "näme.pyx"
FILES = {"thing-1.0/a.c": b"x" * 5000, LONG: b"y" * 512, "thing-1.0/PKG-INFO": b"Name: thing", "thing-1.0/empty": b""}


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize("step", [1, 511, 1_000_000])
def test_names_and_content_of_a_tar_file(form: int, step: int) -> None:
    members, _ = streamed(gzip.compress(tarred(FILES, form)), step=step)
    assert members == Members(list(FILES), {"thing-1.0/PKG-INFO": b"Name: thing"})


def test_ustar_prefix() -> None:
    name = "thing-1.0/" + "f" * 80 + "/" + "g" * 90
    members, _ = streamed(gzip.compress(tarred({name: b""}, tarfile.USTAR_FORMAT)))
    assert members.names == [name]


def test_reading_stops_when_there_is_enough() -> None:
    content = gzip.compress(tarred({"thing-1.0/PKG-INFO": b"Name", "thing-1.0/big": NOISE * 100}), compresslevel=0)
    members, fed = streamed(content, enough=lambda members: bool(members.contents))
    assert members.contents == {"thing-1.0/PKG-INFO": b"Name"}
    assert fed < 10_000


def test_only_the_first_megabyte_of_a_tar_member_is_kept() -> None:
    files = {"thing-1.0/PKG-INFO": b"x" * 3_000_000, "thing-1.0/b.c": b""}
    members, _ = streamed(gzip.compress(tarred(files)), step=100_000)
    assert members == Members(list(files), {"thing-1.0/PKG-INFO": b"x" * 1024 * 1024})


def test_tar_without_end_blocks() -> None:
    body = tarred({"a": b"b"}, tarfile.USTAR_FORMAT)[: 512 * 3]
    assert streamed(gzip.compress(body))[0].names == ["a"]


TAR = tarred(FILES)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "too early"),
        (b"no gzip", "not compressed as its name says"),
        (gzip.compress(TAR)[:-200], "too early"),
        (gzip.compress(TAR[:700]), "too early"),
        (gzip.compress(TAR[:5000]), "too early"),
        (gzip.compress(b"x" * 600), "not a tar file"),
        (gzip.compress(b"x" + TAR[1:]), "not a tar file"),
        (gzip.compress(gzip.compress(TAR, compresslevel=0)), "not a tar file"),
        (gzip.compress(tarred({f"{n}": b"" for n in range(3)}).replace(b"0000644", b"000064x")), "not a tar file"),
    ],
    ids=range(9),
)
def test_bad_tar(content: bytes, reason: str) -> None:
    with pytest.raises(ArchiveError, match=reason):
        streamed(content)


COMPRESSED = {
    "tar.gz": gzip.compress(TAR),
    "tgz": gzip.compress(TAR[:1000]) + bytes(20) + gzip.compress(TAR[1000:]),
    "tar.bz2": bz2.compress(TAR),
    "tbz": bz2.compress(TAR[:1000]) + bz2.compress(TAR[1000:]),
    "tar.xz": lzma.compress(TAR),
    "txz": lzma.compress(TAR[:1000], check=lzma.CHECK_CRC32) + bytes(8) + lzma.compress(TAR[1000:]),
    "tlz": lzma.compress(TAR, format=lzma.FORMAT_ALONE),
    "tar.lzma": lzma.compress(TAR, format=lzma.FORMAT_ALONE),
    "tar": TAR,
}


@pytest.mark.parametrize("ending", COMPRESSED)
@pytest.mark.parametrize("step", [1, 700, 1_000_000])
def test_every_compression(ending: str, step: int) -> None:
    members, _ = streamed(COMPRESSED[ending], step=step, filename=f"thing-1.0.{ending}")
    assert members == Members(list(FILES), {"thing-1.0/PKG-INFO": b"Name: thing"})
    with pytest.raises(ArchiveError, match="too early"):
        streamed(COMPRESSED[ending][: 600 if ending == "tar" else -150], step=step, filename=f"thing-1.0.{ending}")


@pytest.mark.parametrize("ending", [ending for ending in COMPRESSED if ending != "tar"])
def test_the_name_tells_the_compression(ending: str) -> None:
    with pytest.raises(ArchiveError, match="not compressed as its name says"):
        streamed(TAR, filename=f"thing-1.0.{ending}")
    with pytest.raises(ArchiveError, match=r"not a tar file|too early"):
        streamed(COMPRESSED[ending], filename="thing-1.0.tar")


@pytest.mark.parametrize("filename", ["thing-1.0.tar.lz", "thing-1.0.whl", "thing-1.0.tar.zst"])
def test_a_kind_that_is_not_read(filename: str) -> None:
    with pytest.raises(ArchiveError, match="of a kind that is not read"):
        streamed(TAR, filename=filename)


def test_a_dictionary_that_takes_too_much_memory() -> None:
    alone = b"\x5d" + (2**31).to_bytes(4, "little") + b"\xff" * 8 + lzma.compress(TAR, format=lzma.FORMAT_ALONE)[13:]
    with pytest.raises(ArchiveError, match="not compressed as its name says"):
        streamed(alone, filename="thing-1.0.tar.lzma")


@pytest.mark.parametrize("compress", [bz2.compress, lzma.compress])
def test_other_bombs_are_stopped_soon(compress: Callable[[bytes], bytes]) -> None:
    info = tarfile.TarInfo("thing-1.0/PKG-INFO")
    info.size = 8 * 1024**4
    one = compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(40_000_000))
    bomb = one + compress(bytes(40_000_000)) * 10
    filename = "thing-1.0.tar.bz2" if compress is bz2.compress else "thing-1.0.tar.xz"
    with counted(most=50_000), pytest.raises(ArchiveError, match="more than 200 MB"):
        streamed(bomb, step=65_536, filename=filename)


def test_streams_without_end() -> None:
    empty = bz2.compress(b"")
    with pytest.raises(ArchiveError):
        streamed(empty * 50_000, step=65_536, filename="thing-1.0.tar.bz2")


@given(st.binary(max_size=300), st.sampled_from(sorted(COMPRESSED)), st.integers(0, 2000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_behind_some_of_an_archive(content: bytes, ending: str, kept: int) -> None:
    with suppress(ArchiveError):
        members, _ = streamed(COMPRESSED[ending][:kept] + content, filename=f"thing-1.0.{ending}")
        assert len(members.names) <= 10


def test_tar_bomb_is_stopped_soon() -> None:
    info = tarfile.TarInfo("thing-1.0/PKG-INFO")
    info.size = 8 * 1024**4
    bomb = gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(220_000_000), compresslevel=1)
    with counted(most=50_000), pytest.raises(ArchiveError, match="more than 200 MB"):
        streamed(bomb, step=65_536)


@given(st.lists(st.tuples(st.integers(0, len(TAR) - 1), st.integers(0, 255)), max_size=5), st.integers(1, 3000))
@settings(max_examples=200, deadline=None)
def test_mutated_tar_is_read_or_refused(changes: list[tuple[int, int]], step: int) -> None:
    content = bytearray(TAR)
    for place, value in changes:
        content[place] = value
    try:
        members, _ = streamed(gzip.compress(bytes(content), compresslevel=1), step=step)
    except ArchiveError:
        return
    assert len(members.names) <= len(TAR) // 512


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_pax_header(content: bytes) -> None:
    """A header of records in any shape: what follows is still found, under some name."""
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, len(content)
    padded = content + bytes(-len(content) % 512)
    members, _ = streamed(gzip.compress(info.tobuf(tarfile.USTAR_FORMAT) + padded + tarred({"a": b""})[512:]))
    assert len(members.names) == 1
