"""Names of content-addressed objects, and of objects at all."""

import pytest

from darkroom.storage.blobs import blob_name, is_sha256
from darkroom.storage.object_names import checked_name, checked_prefix, is_object_name


def test_a_blob_is_named_by_its_content() -> None:
    """The first two digits make the folder."""
    assert blob_name("ab" + "cd" * 31) == "blobs/ab/" + "cd" * 31
    assert is_object_name(blob_name("0" * 64))


@pytest.mark.parametrize("sha256", ["", "ab", "AB" * 32, "ab" * 32 + "\n", "../" + "a" * 61])
def test_anything_else_names_no_blob(sha256: str) -> None:
    """A digest that is not one is a mistake of whoever made it."""
    assert not is_sha256(sha256)
    with pytest.raises(ValueError, match="is not a SHA-256"):
        blob_name(sha256)


@pytest.mark.parametrize("name", ["a", "a/b.c/d e", "été/写真.jpg", "x" * 255, "a..b", "-", "~"])
def test_ordinary_paths_are_names(name: str) -> None:
    """Letters of any script, spaces and dots inside are fine."""
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "/a", "a/", "a//b", ".", "..", "a/../b", ".a", "a\\b", "a\x85b", "\udc80", "é" * 128],
)
def test_what_could_lead_elsewhere_is_no_name(name: str) -> None:
    """Nor is what some store could not keep."""
    assert not is_object_name(name)
    with pytest.raises(ValueError, match="cannot name an object"):
        checked_name(name)


@pytest.mark.parametrize("prefix", ["", "a", "a/", "a/b"])
def test_a_prefix_is_the_start_of_a_name(prefix: str) -> None:
    """With or without a slash at its end, or empty."""
    assert checked_prefix(prefix) == prefix


@pytest.mark.parametrize("prefix", ["/", "a//", "../", "a/.."])
def test_no_name_starts_outside(prefix: str) -> None:
    """A listing cannot leave the store either."""
    with pytest.raises(ValueError, match="no object's name starts with"):
        checked_prefix(prefix)
