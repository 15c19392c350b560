"""Names of batches."""

import pytest

from darkroom.batches import is_batch_key
from darkroom.intake.batch_keys import batch_keys, import_key, slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Photos 2024", "photos-2024"),
        ("Käse & Brötchen.zip", "kase-brotchen-zip"),
        ("写真", "photos"),
        ("../../etc", "etc"),
        ("", "photos"),
        ("\udcff\n", "photos"),
        ("a" * 59 + "-bcd", "a" * 59),
    ],
)
def test_a_slug_is_what_is_left_of_a_name(name: str, expected: str) -> None:
    """Lower-case ASCII and dashes; never empty."""
    assert slug(name) == expected


def test_the_same_photos_of_the_same_owner_have_the_same_key() -> None:
    """And nothing else has: not another owner, order, division into parts, or nonce."""
    key = import_key("In Box", "ann", ["a", "bc"])

    assert key == import_key("In Box", "ann", iter(["a", "bc"]))
    assert key.startswith("in-box-")
    others = {
        import_key("In Box", "bob", ["a", "bc"]),
        import_key("In Box", "ann", ["bc", "a"]),
        import_key("In Box", "ann", ["ab", "c"]),
        import_key("In Box", "ann", ["a", "bc"], nonce="now"),
        import_key("In Box", "an", ["na", "bc"]),
    }
    assert len(others - {key}) == 5


def test_keys_of_several_batches_sort_as_numbered() -> None:
    """However many there are, each can become a partition key."""
    longest = import_key("n" * 200, "ann", ["a"])
    keys = batch_keys(longest, 1234)

    assert keys[0] == f"{longest}-0001"
    assert keys[-1] == f"{longest}-1234"
    assert keys == sorted(keys)
    assert all(is_batch_key(key) for key in keys)
    assert batch_keys("a", 1) == ["a"]
    assert batch_keys("a", 3) == ["a-001", "a-002", "a-003"]
