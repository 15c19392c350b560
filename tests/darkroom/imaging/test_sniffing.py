import pytest

from darkroom.imaging.sniffing import claimed_suffix, name_matches, sniff


@pytest.mark.parametrize(
    ("head", "photo_format"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"GIF89a", "GIF"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "WEBP"),
        (b"MM\x00*\x00\x00\x00\x08", "TIFF"),
        (b"BM" + bytes(12) + b"\x28\x00\x00\x00", "BMP"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIF"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1", "AVIF"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif", "AVIF"),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", "camera raw"),
        (b"%PDF-1.7", "PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "EPS"),
        (b"BMI is a number", None),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42", None),
        (b"<!doctype html>", None),
        (b"", None),
    ],
)
def test_a_format_is_told_by_its_first_bytes(head: bytes, photo_format: str | None) -> None:
    """The content says what a file is; text that happens to begin like a format does not."""
    assert sniff(head) == photo_format


@pytest.mark.parametrize(
    ("filename", "photo_format", "matches"),
    [
        ("a.jpg", "JPEG", True),
        ("A.JPEG", "MPO", True),
        ("a.mpo", "JPEG", True),
        ("a.heic", "HEIF", True),
        ("a.heif", "AVIF", True),
        ("a.tif", "TIFF", True),
        ("a.jpg", "PNG", False),
        ("a.nef", "TIFF", False),
        ("a.heic", "JPEG", False),
        ("a", "PNG", True),
        ("a.2024-05-01", "PNG", True),
        ("", "PNG", True),
    ],
)
def test_only_a_suffix_that_claims_another_format_contradicts(
    filename: str, photo_format: str, matches: bool
) -> None:
    """Suffixes have synonyms; no suffix, or an unknown one, claims nothing."""
    assert name_matches(filename, photo_format) is matches


def test_a_suffix_is_what_follows_the_last_dot_in_lower_case() -> None:
    """Folders and case do not matter."""
    assert [claimed_suffix(name) for name in ("x/a.b.JPG", "jpg", ".png")] == ["jpg", "", "png"]
