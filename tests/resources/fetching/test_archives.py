"""Photos inside ZIPs, sound, hostile and broken."""

import asyncio
import hashlib
import io
import random
import stat
import struct
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

import pytest

from darkroom.errors import PhotoFailed
from darkroom.intake.sources.archive import read_archive
from darkroom.outcomes import Failure
from darkroom.settings import DownloadSettings, IntakeSettings
from darkroom.uris import ArchiveMember, zip_uri
from resources.fetching.archives import ArchiveFetcher
from resources.fetching.threads import Threads

BODY = random.Random(7).randbytes(300_000)


def _fetch(
    *members: ArchiveMember,
    scratch: Path,
    max_bytes: int = 10**6,
    intake: IntakeSettings | None = None,
) -> list[bytes | Failure]:
    """All of them at once: bytes, or how it failed."""

    async def one(fetcher: ArchiveFetcher, member: ArchiveMember) -> bytes | Failure:
        try:
            return (await fetcher.fetch(zip_uri(member), scratch)).path.read_bytes()
        except PhotoFailed as error:
            return error.failure

    async def all_of_them() -> list[bytes | Failure]:
        threads = Threads(4)
        settings = DownloadSettings(max_bytes=max_bytes)
        fetcher = ArchiveFetcher(settings, intake or IntakeSettings(), threads)
        try:
            return await asyncio.gather(*(one(fetcher, member) for member in members))
        finally:
            await threads.close()
            await fetcher.close()

    return asyncio.run(all_of_them())


def _unsafe(member: ArchiveMember, what: str) -> Failure:
    return Failure(
        error_type="UnsafeArchiveEntry",
        message=f"{zip_uri(member)}: {what} is not unpacked",
        retryable=False,
    )


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA])
def test_an_entry_is_unpacked_whole(tmp_path: Path, scratch: Path, method: int) -> None:
    """Whatever the method, the bytes are those that were packed."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w", method) as made:
        made.writestr("in/a b#1;2.jpg", BODY)

    assert _fetch(ArchiveMember(archive, "in/a b#1;2.jpg"), scratch=scratch) == [BODY]


def test_entries_of_one_name_are_told_apart(tmp_path: Path, scratch: Path) -> None:
    """The second of a name is another photo than the first."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w") as made:
        made.writestr("a.jpg", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("a.jpg", b"two")

    first, second = ArchiveMember(archive, "a.jpg"), ArchiveMember(archive, "a.jpg", 2)

    assert _fetch(first, second, scratch=scratch) == [b"one", b"two"]


def test_many_entries_are_unpacked_at_once(tmp_path: Path, scratch: Path) -> None:
    """Threads share one open archive and do not mix up its bytes."""
    archive = tmp_path / "a.zip"
    bodies = {f"{n}.jpg": random.Random(n).randbytes(50_000) for n in range(60)}
    with ZipFile(archive, "w", ZIP_DEFLATED) as made:
        for name, body in bodies.items():
            made.writestr(name, body)

    members = [ArchiveMember(archive, name) for name in bodies]

    assert _fetch(*members, scratch=scratch) == list(bodies.values())


def test_many_archives_are_read_in_turn(tmp_path: Path, scratch: Path) -> None:
    """More archives than are kept open, over and over."""
    members = []
    for n in range(12):
        with ZipFile(tmp_path / f"{n}.zip", "w") as made:
            made.writestr("a.jpg", b"%d" % n)
        members.append(ArchiveMember(tmp_path / f"{n}.zip", "a.jpg"))

    assert _fetch(*members, *members, scratch=scratch) == [b"%d" % n for n in range(12)] * 2


def test_an_archive_that_changed_is_opened_again(tmp_path: Path, scratch: Path) -> None:
    """What is unpacked is what the file holds now."""
    archive = tmp_path / "a.zip"

    async def before_and_after() -> list[bytes]:
        threads = Threads(1)
        fetcher = ArchiveFetcher(DownloadSettings(), IntakeSettings(), threads)
        bodies = []
        for body in (b"before", b"and after"):
            with ZipFile(archive, "w") as made:
                made.writestr("a.jpg", body)
            fetched = await fetcher.fetch(zip_uri(ArchiveMember(archive, "a.jpg")), scratch)
            bodies.append(fetched.path.read_bytes())
            assert fetched.sha256 == hashlib.sha256(body).hexdigest()
        await threads.close()
        await fetcher.close()
        return bodies

    assert asyncio.run(before_and_after()) == [b"before", b"and after"]


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../a.jpg", "in/../../a.jpg", "C:/a.jpg", "in\\..\\a.jpg"]
)
def test_a_name_that_leads_out_is_refused(tmp_path: Path, scratch: Path, name: str) -> None:
    """Such an entry is a failure with its reason, and nothing is written anywhere."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w") as made:
        made.writestr(name, BODY)
    member = ArchiveMember(archive, name)

    assert _fetch(member, scratch=scratch) == [
        _unsafe(member, "a name that leads out of its archive")
    ]
    assert list(scratch.iterdir()) == []


def test_a_name_with_backslashes_is_unpacked(tmp_path: Path, scratch: Path) -> None:
    """They part folders where no slashes do."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w") as made:
        made.writestr("in\\a.jpg", BODY)

    assert _fetch(ArchiveMember(archive, "in\\a.jpg"), scratch=scratch) == [BODY]


def test_a_link_is_refused(tmp_path: Path, scratch: Path) -> None:
    """A symbolic link in an archive points to wherever its sender wished."""
    archive = tmp_path / "a.zip"
    link = ZipInfo("a.jpg")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with ZipFile(archive, "w") as made:
        made.writestr(link, "/etc/passwd")
    member = ArchiveMember(archive, "a.jpg")

    assert _fetch(member, scratch=scratch) == [_unsafe(member, "a link or special file")]


def test_an_encrypted_entry_is_refused(tmp_path: Path, scratch: Path) -> None:
    """We have no password, and say so."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w") as made:
        made.writestr("a.jpg", BODY)
    # The flag in both headers; the standard library reads encrypted entries but makes none.
    data = bytearray(archive.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)
    member = ArchiveMember(archive, "a.jpg")

    assert _fetch(member, scratch=scratch) == [
        Failure(
            error_type="EncryptedArchiveEntry",
            message=f"{zip_uri(member)}: the entry is encrypted; send it without a password",
            retryable=False,
        )
    ]


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA])
def test_a_damaged_entry_is_found_out(tmp_path: Path, scratch: Path, method: int) -> None:
    """Bytes that are not what was packed are no photo, and will not be next time."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w", method) as made:
        made.writestr("a.jpg", BODY)
    data = bytearray(archive.read_bytes())
    data[150_000:150_400] = bytes(400)
    archive.write_bytes(data)

    (failure,) = _fetch(ArchiveMember(archive, "a.jpg"), scratch=scratch)

    assert isinstance(failure, Failure)
    assert (failure.error_type, failure.retryable) == ("ArchiveEntryDamaged", False)
    assert list(scratch.iterdir()) == []


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path, scratch: Path) -> None:
    """No photo shrinks so much; the entries beside it are unpacked."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w", ZIP_DEFLATED) as made:
        made.writestr("bomb.jpg", bytes(20_000_000))
        made.writestr("flat.bmp", bytes(1_000_000))
    bomb = ArchiveMember(archive, "bomb.jpg")

    assert _fetch(bomb, ArchiveMember(archive, "flat.bmp"), scratch=scratch) == [
        Failure(
            error_type="ArchiveBomb",
            message=f"{zip_uri(bomb)}: it unpacks to more than 250 times its size",
            retryable=False,
        ),
        bytes(1_000_000),
    ]


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path, scratch: Path) -> None:
    """A kernel that many entries point into; one with bytes of its own is unpacked."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w", ZIP_DEFLATED) as made:
        for name in ("a.jpg", "b.jpg", "c.jpg"):
            made.writestr(name, BODY)
    data = bytearray(archive.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    struct.pack_into("<L", data, second + 42, 0)
    archive.write_bytes(data)
    members = [ArchiveMember(archive, name) for name in ("a.jpg", "b.jpg", "c.jpg")]

    found = _fetch(*members, scratch=scratch)

    assert found == [
        *(
            Failure(
                error_type="ArchiveBomb",
                message=f"{zip_uri(member)}: it shares its bytes with another entry",
                retryable=False,
            )
            for member in members[:2]
        ),
        BODY,
    ]


def test_a_large_entry_is_cut_off(tmp_path: Path, scratch: Path) -> None:
    """It ends at the limit, however little it says that it holds."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w", ZIP_DEFLATED) as made:
        made.writestr("a.jpg", BODY * 10)
    member = ArchiveMember(archive, "a.jpg")

    assert _fetch(member, scratch=scratch) == [
        Failure(
            error_type="BodyTooLarge",
            message=f"{zip_uri(member)} is too large: more than the 1000000 bytes allowed",
            retryable=False,
        )
    ]
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("declared", [10, 299_999, 300_001, 70_000_000])
def test_a_size_that_lies_is_found_out(tmp_path: Path, scratch: Path, declared: int) -> None:
    """More or fewer bytes than the archive declares are damage."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w", ZIP_DEFLATED) as made:
        made.writestr("a.jpg", BODY)
    data = bytearray(archive.read_bytes())
    struct.pack_into("<L", data, data.index(b"PK\x01\x02") + 24, declared)
    archive.write_bytes(data)

    (failure,) = _fetch(ArchiveMember(archive, "a.jpg"), scratch=scratch)

    assert isinstance(failure, Failure)
    assert failure.error_type == "ArchiveEntryDamaged"


def test_what_is_gone_is_not_found(tmp_path: Path, scratch: Path) -> None:
    """Neither an archive nor an entry that is not there any more is worth another attempt."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w") as made:
        made.writestr("a.jpg", BODY)
    no_entry = ArchiveMember(archive, "b.jpg")
    no_archive = ArchiveMember(tmp_path / "b.zip", "a.jpg")

    assert _fetch(no_entry, no_archive, scratch=scratch) == [
        Failure(
            error_type="NotFound", message=f"{zip_uri(no_entry)} is not there", retryable=False
        ),
        Failure(
            error_type="NotFound",
            message=f"{no_archive.archive.as_uri()} is not there",
            retryable=False,
        ),
    ]


def test_an_archive_cut_anywhere_fails_in_words(tmp_path: Path, scratch: Path) -> None:
    """Wherever bytes are missing or wrong, the answer is bytes or a failure, never a crash."""
    whole = io.BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as made:
        made.writestr("a.jpg", b"first " * 50)
        made.writestr("b.jpg", b"second " * 50)
    data = whole.getvalue()
    chance = random.Random(11)
    members = []
    for n in range(400):
        broken = bytearray(data)
        for _ in range(3):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        if n % 4 == 0:
            del broken[: chance.randrange(60)]
        path = tmp_path / f"{n}.zip"
        path.write_bytes(broken)
        members += [ArchiveMember(path, "a.jpg"), ArchiveMember(path, "b.jpg")]

    answers = _fetch(*members, scratch=scratch)

    sound = [answer for answer in answers if isinstance(answer, bytes)]
    assert set(sound) <= {b"first " * 50, b"second " * 50}
    assert 0 < len(sound) < len(answers)


def test_an_archive_over_the_limits_is_not_unpacked(tmp_path: Path, scratch: Path) -> None:
    """One that was replaced by a larger one after it was listed is refused as a whole."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w") as made:
        made.writestr("a.jpg", b"one")
        made.writestr("b.jpg", b"two")

    assert _fetch(
        ArchiveMember(archive, "a.jpg"),
        scratch=scratch,
        intake=IntakeSettings(max_archive_entries=1),
    ) == [
        Failure(
            error_type="ArchiveTooLarge",
            message=f"{archive.as_uri()} holds 2 entries; intake.max_archive_entries is 1",
            retryable=False,
        )
    ]


def test_an_entry_without_a_name_is_refused(tmp_path: Path, scratch: Path) -> None:
    """No tool makes one, but a file may claim anything."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w") as made:
        made.writestr("a", BODY)
    data = bytearray(archive.read_bytes())
    # The NUL ends the name early, for the standard library.
    data[30] = 0
    data[data.index(b"PK\x01\x02") + 46] = 0
    archive.write_bytes(data)
    member = ArchiveMember(archive, "")

    assert [
        found.uri
        for found in read_archive(archive, ["*"], source="a.zip", max_entries=9, max_bytes=10**9)
    ] == [zip_uri(member)]
    assert _fetch(member, scratch=scratch) == [_unsafe(member, "an entry without a name")]


def test_an_entry_that_starts_nowhere_is_damaged(tmp_path: Path, scratch: Path) -> None:
    """An offset before the start of the file is damage, not the disk's trouble."""
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w") as made:
        made.writestr("a.jpg", BODY)
    data = bytearray(archive.read_bytes())
    directory = data.index(b"PK\x01\x02")
    struct.pack_into("<L", data, directory + 42, 2**32 - 2)
    archive.write_bytes(data)

    (failure,) = _fetch(ArchiveMember(archive, "a.jpg"), scratch=scratch)

    assert isinstance(failure, Failure)
    assert (failure.error_type, failure.retryable) == ("ArchiveEntryDamaged", False)


def test_an_archive_that_became_a_link_is_not_followed(tmp_path: Path, scratch: Path) -> None:
    """Links were followed when it was listed."""
    with ZipFile(tmp_path / "private.zip", "w") as made:
        made.writestr("a.jpg", b"secret")
    (tmp_path / "a.zip").symlink_to(tmp_path / "private.zip")

    assert _fetch(ArchiveMember(tmp_path / "a.zip", "a.jpg"), scratch=scratch) == [
        Failure(
            error_type="LinkRefused",
            message=f"{(tmp_path / 'a.zip').as_uri()} is not followed: {tmp_path / 'a.zip'} is a"
            " link since it was listed",
            attempts=1,
            retryable=False,
        )
    ]
