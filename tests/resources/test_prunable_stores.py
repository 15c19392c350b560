"""What a store promises to those who remove from it while others add, on every adapter."""

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from darkroom.settings import S3Settings
from darkroom.upkeep.prunable_store import FRESH_S, Kept, PrunableStore, Unfinished
from resources.stores.folder import FolderStore
from resources.stores.s3 import S3Store

DAY_S = 86_400
NAME = "blobs/ab/cd"
Age = Callable[[str, float], None]
"""Makes an object as old as so many seconds."""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"the photo's bytes")
    return file


def long_ago() -> float:
    return time.time() - 2 * DAY_S


class PrunableStoreContract:
    def test_a_listing_says_size_and_age(self, store: PrunableStore, age: Age) -> None:
        """Of all objects with that prefix."""
        store.put(NAME, b"12345")
        store.put("tables/x", b"")
        age(NAME, 5 * DAY_S)
        [old], [new] = list(store.listing("blobs/")), list(store.listing("tables/"))

        assert old == Kept(NAME, 5, old.written_at)
        assert abs(time.time() - 5 * DAY_S - old.written_at) < 600
        assert abs(time.time() - new.written_at) < 600
        assert len(list(store.listing(""))) == 2

    def test_only_what_is_old_is_forgotten(self, store: PrunableStore, age: Age) -> None:
        """Forgetting what is new, or not there, does nothing and says so."""
        store.put("blobs/ab/new", b"")
        store.put("blobs/ab/old", b"")
        age("blobs/ab/old", 3 * DAY_S)
        forgotten = [
            store.forget(name, unless_written_since=long_ago())
            for name in ("blobs/ab/new", "blobs/ab/old", "blobs/ab/old", "blobs/no/ne")
        ]

        assert forgotten == [False, True, False, False]
        assert list(store.names("")) == ["blobs/ab/new"]

    def test_adding_makes_an_old_object_new(
        self, store: PrunableStore, photo: Path, age: Age
    ) -> None:
        """Whoever is told that it is there may rely on it, whatever its age was."""
        store.add(NAME, photo)
        age(NAME, 3 * DAY_S)

        assert store.add(NAME, photo) is False
        assert store.forget(NAME, unless_written_since=long_ago()) is False
        assert store.read(NAME) == b"the photo's bytes"

    def test_adding_leaves_a_new_object_as_it_is(
        self, store: PrunableStore, photo: Path, age: Age
    ) -> None:
        """A photo that comes a hundred times a day is marked as new once."""
        store.add(NAME, photo)
        age(NAME, FRESH_S / 2)
        [before] = store.listing("")
        store.add(NAME, photo)

        assert list(store.listing("")) == [before]

    def test_what_is_added_while_it_is_forgotten_is_kept(
        self, store: PrunableStore, photo: Path, age: Age
    ) -> None:
        """Whichever comes first: after `add` has ended, the object is there."""
        for turn in range(20):
            name = f"blobs/ab/{turn}"
            store.put(name, photo.read_bytes())
            age(name, 3 * DAY_S)
            together = threading.Barrier(3)

            def forget(name: str = name, together: threading.Barrier = together) -> None:
                together.wait(60)
                store.forget(name, unless_written_since=long_ago())

            def add(name: str = name, together: threading.Barrier = together) -> None:
                together.wait(60)
                store.add(name, photo)

            threads = [threading.Thread(target=each) for each in (forget, forget, add)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

            assert store.read(name) == b"the photo's bytes"

    def test_whole_objects_are_not_unfinished(self, store: PrunableStore, photo: Path) -> None:
        """However old they are."""
        store.put("tables/x", b"")
        store.add(NAME, photo)

        assert list(store.unfinished("", begun_before=time.time() + DAY_S)) == []


class TestFolderStore(PrunableStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FolderStore:
        return FolderStore(tmp_path / "store")

    @pytest.fixture
    def age(self, store: FolderStore) -> Age:
        def age(name: str, seconds: float) -> None:
            moment = time.time() - seconds
            os.utime(store.root / name, (moment, moment))

        return age

    def test_an_add_that_finds_its_object_forgotten_writes_it(
        self, store: FolderStore, photo: Path, age: Age, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Seen when `add` looked, gone when it came to rely on it: the worst moment there is."""
        store.add(NAME, photo)
        age(NAME, 3 * DAY_S)
        looked = Path.is_file

        def forgotten_after_the_look(path: Path) -> bool:
            found = looked(path)
            if path == store.root / NAME:
                store.forget(NAME, unless_written_since=long_ago())
            return found

        monkeypatch.setattr(Path, "is_file", forgotten_after_the_look)

        assert store.add(NAME, photo) is True
        assert (store.root / NAME).read_bytes() == b"the photo's bytes"

    def test_leftovers_of_killed_writes_are_found_and_removed(self, store: FolderStore) -> None:
        """By the name that only unfinished writes have; a new one may still be under way."""
        store.put(NAME, b"")
        folder = store.root / "blobs" / "ab"
        old, new, other = (
            folder / f".{'0' * 32}.unfinished",
            folder / f".{'1' * 32}.unfinished",
            folder / ".mine.unfinished",
        )
        for file in (old, new, other):
            file.write_bytes(b"123")
        os.utime(old, (1000, 1000))
        os.utime(other, (1000, 1000))
        found = list(store.unfinished("blobs/", begun_before=2000))
        for each in [*found, *found]:
            store.discard(each)

        assert found == [Unfinished(f"blobs/ab/{old.name}", 3)]
        assert sorted(path.name for path in folder.iterdir()) == [new.name, other.name, "cd"]
        assert list(store.unfinished("tables/", begun_before=time.time() + 60)) == []


class TestS3Store(PrunableStoreContract):
    @pytest.fixture
    def store(self, s3_bucket: str, s3_settings: S3Settings, tmp_path: Path) -> S3Store:
        return S3Store(s3_bucket, "team/darkroom", s3_settings, tmp_path)

    @pytest.fixture
    def age(self, store: S3Store) -> Age:
        """The server is in this process; no client could say that an object is older."""
        from moto.s3.models import s3_backends

        def age(name: str, seconds: float) -> None:
            bucket = s3_backends["123456789012"]["aws"].buckets[store.bucket]
            moment = datetime.fromtimestamp(time.time() - seconds, UTC).replace(tzinfo=None)
            bucket.keys[f"{store.prefix}/{name}"].last_modified = moment

        return age

    def test_uploads_that_were_broken_off_are_found_and_ended(self, store: S3Store) -> None:
        """With what their parts hold, so that they are no longer paid for."""
        client = store._client
        key = f"{store.prefix}/{NAME}"
        upload = client.create_multipart_upload(Bucket=store.bucket, Key=key)["UploadId"]
        client.upload_part(
            Bucket=store.bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"12345"
        )
        other = client.create_multipart_upload(Bucket=store.bucket, Key="theirs")["UploadId"]
        later = time.time() + DAY_S
        found = list(store.unfinished("blobs/", begun_before=later))
        young = list(store.unfinished("blobs/", begun_before=0))
        for each in [*found, *found]:
            store.discard(each)

        assert (found, young) == ([Unfinished(NAME, 5, upload)], [])
        left = client.list_multipart_uploads(Bucket=store.bucket)["Uploads"]
        assert [each["UploadId"] for each in left] == [other]
