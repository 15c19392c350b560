"""What every store promises, on every adapter."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from darkroom.errors import ObjectMissing
from darkroom.ports import Store
from darkroom.settings import S3Settings
from resources.stores.folder import FolderStore
from resources.stores.s3 import S3Store

HOSTILE_NAMES = [
    "",
    "/etc/passwd",
    "../outside",
    "blobs/../../outside",
    "blobs//twice",
    "blobs/",
    ".hidden",
    "blobs/.hidden",
    "back\\slash",
    "a\x00b",
    "line\nbreak",
    "lone\udc80surrogate",
    "x" * 256,
    "/".join(["x" * 200] * 5),
]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"the photo's bytes")
    return file


class StoreContract:
    def test_put_replaces_what_was_there(self, store: Store) -> None:
        """The last bytes put under a name are the ones read."""
        store.put("tables/photos/one.parquet", b"first")
        store.put("tables/photos/one.parquet", b"second")

        assert store.read("tables/photos/one.parquet") == b"second"

    def test_an_empty_object_is_an_object(self, store: Store) -> None:
        """Nothing can be kept, and is not the same as nothing kept."""
        store.put("empty", b"")

        assert store.read("empty") == b""
        assert store.exists("empty")

    def test_adding_twice_is_harmless(self, store: Store, photo: Path) -> None:
        """The first to add a name is told so; a second changes nothing, even with other bytes."""
        other = photo.with_name("other.jpg")
        other.write_bytes(b"other bytes")

        assert store.add("blobs/ab/cd", photo) is True
        assert store.add("blobs/ab/cd", photo) is False
        assert store.add("blobs/ab/cd", other) is False
        assert store.read("blobs/ab/cd") == b"the photo's bytes"

    def test_only_what_is_kept_is_renewed(self, store: Store, photo: Path) -> None:
        """It stays what it is, and whoever relies on it may do so as if it had been added."""
        store.add("blobs/ab/cd", photo)

        assert store.renew("blobs/ab/cd") is True
        assert store.renew("blobs/ab/ce") is False
        assert store.read("blobs/ab/cd") == b"the photo's bytes"
        assert list(store.names("")) == ["blobs/ab/cd"]

    def test_add_leaves_its_source_alone(self, store: Store, photo: Path) -> None:
        """The file given is neither moved nor changed nor linked to the object."""
        before = photo.stat()
        store.add("blobs/ab/cd", photo)

        after = photo.stat()
        assert (after.st_ino, after.st_mtime_ns, after.st_nlink) == (
            before.st_ino,
            before.st_mtime_ns,
            1,
        )
        assert photo.read_bytes() == b"the photo's bytes"

    def test_what_is_given_stays_when_its_source_goes(self, store: Store, photo: Path) -> None:
        """It may be the very file: its caller may only remove it."""
        data = photo.read_bytes()

        assert store.add("blobs/ab/cd", photo, given=True)
        assert not store.add("blobs/ab/cd", photo, given=True)
        photo.unlink()

        assert store.read("blobs/ab/cd") == data
        assert list(store.names("")) == ["blobs/ab/cd"]

    def test_a_source_that_is_not_there_is_the_caller_s_trouble(
        self, store: Store, tmp_path: Path
    ) -> None:
        """A missing source is not blamed on the store."""
        with pytest.raises(FileNotFoundError):
            store.add("blobs/ab/cd", tmp_path / "nowhere")
        assert not store.exists("blobs/ab/cd")

    def test_one_of_many_threads_adds(self, store: Store, photo: Path) -> None:
        """Of several who add one name at once, exactly one is told that it was free."""
        with ThreadPoolExecutor(8) as threads:
            added = list(threads.map(lambda _: store.add("blobs/ab/cd", photo), range(8)))

        assert sorted(added) == [False] * 7 + [True]
        assert store.read("blobs/ab/cd") == b"the photo's bytes"
        assert list(store.names("")) == ["blobs/ab/cd"]

    def test_a_missing_object_says_its_name(self, store: Store) -> None:
        """Reading what is not kept raises `ObjectMissing` with the name."""
        store.put("kept", b"")
        with pytest.raises(ObjectMissing) as missing:
            store.read("blobs/no/ne")
        assert missing.value.name == "blobs/no/ne"
        with pytest.raises(ObjectMissing), store.local("blobs/no/ne"):
            pass
        with pytest.raises(ObjectMissing):
            store.read("kept/below")
        assert not store.exists("blobs/no/ne")
        assert not store.exists("kept/below")

    def test_a_folder_of_objects_is_not_an_object(self, store: Store) -> None:
        """The start of a name is not kept because the whole name is."""
        store.put("blobs/ab/cd", b"")

        assert not store.exists("blobs/ab")
        with pytest.raises(ObjectMissing):
            store.read("blobs/ab")

    def test_local_gives_the_bytes_as_a_file(self, store: Store) -> None:
        """A path-minded library can read the object while the context is open."""
        store.put("blobs/ab/cd", b"bytes")

        with store.local("blobs/ab/cd") as path:
            assert path.read_bytes() == b"bytes"
        assert store.read("blobs/ab/cd") == b"bytes"

    def test_trouble_inside_the_context_is_not_the_store_s(self, store: Store) -> None:
        """An error of whoever works on the local file comes out as it went in."""
        store.put("blobs/ab/cd", b"bytes")

        with pytest.raises(PermissionError, match="mine"), store.local("blobs/ab/cd"):
            raise PermissionError("mine")

    def test_names_come_sorted_and_by_any_prefix(self, store: Store) -> None:
        """A prefix need not end at a slash; the order is that of whole names."""
        names = ["a-b/c", "a.b", "a/b", "a/b-c", "a/c/d", "a0", "b/é", "b/ü 1.jpg"]
        for name in reversed(names):
            store.put(name, b"")

        assert list(store.names("")) == sorted(names)
        assert list(store.names("a")) == [name for name in sorted(names) if name[0] == "a"]
        assert list(store.names("a/")) == ["a/b", "a/b-c", "a/c/d"]
        assert list(store.names("b/ü")) == ["b/ü 1.jpg"]
        assert list(store.names("nothing/here")) == []

    def test_many_names_are_all_listed(self, store: Store) -> None:
        """A listing does not end at the thousand that a service gives at once."""
        names = [f"many/{number:04}" for number in range(1005)]
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda name: store.put(name, b""), names))

        assert list(store.names("many/")) == names

    def test_delete_forgets_and_repeats_safely(self, store: Store) -> None:
        """Deleting what is not there is no trouble."""
        store.put("blobs/ab/cd", b"")
        store.delete("blobs/ab/cd")
        store.delete("blobs/ab/cd")

        assert not store.exists("blobs/ab/cd")
        assert list(store.names("")) == []

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_no_name_leaves_the_store(self, store: Store, photo: Path, name: str) -> None:
        """A name that could lead elsewhere, or that some store cannot keep, is refused by all."""
        for use in (
            lambda: store.put(name, b""),
            lambda: store.add(name, photo),
            lambda: store.read(name),
            lambda: store.exists(name),
            lambda: store.delete(name),
            lambda: store.uri(name),
            lambda: store.local(name).__enter__(),
        ):
            with pytest.raises(ValueError, match="cannot name an object"):
                use()

    def test_it_works_on_the_other_side_of_a_pickle(self, store: Store) -> None:
        """A worker process is given the store as it is, connected or not."""
        store.put("blobs/ab/cd", b"bytes")

        assert pickle.loads(pickle.dumps(store)).read("blobs/ab/cd") == b"bytes"  # noqa: S301 - our own


class TestFolderStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        return FolderStore(tmp_path / "not yet" / "there")


class TestS3Store(StoreContract):
    @pytest.fixture
    def store(self, s3_bucket: str, s3_settings: S3Settings, tmp_path: Path) -> Store:
        return S3Store(s3_bucket, "team/darkroom", s3_settings, tmp_path)
