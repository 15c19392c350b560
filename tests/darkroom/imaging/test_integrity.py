import io
import zlib

import pytest
from PIL import Image

from darkroom.imaging.integrity import (
    Unreadable,
    check_png,
    count_gif_frames,
    find_png_chunk,
    is_cut,
)
from darkroom.outcomes import Reason


def encoded(photo_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").save(buffer, photo_format, **options)
    return buffer.getvalue()


def refusal(error: pytest.ExceptionInfo[Unreadable]) -> tuple[Reason, str]:
    return error.value.reason, error.value.detail


def test_a_whole_png_passes() -> None:
    """Bytes after IEND are nobody's business."""
    check_png(encoded("PNG"))
    check_png(encoded("PNG") + b"appended")


@pytest.mark.parametrize("missing", [1, 11, 13, 500])
def test_a_png_cut_anywhere_is_found(missing: int) -> None:
    """Also where all pixels are there and only the end chunk is not."""
    with pytest.raises(Unreadable) as error:
        check_png(encoded("PNG")[:-missing])

    assert error.value.reason is Reason.TRUNCATED


def test_a_changed_byte_in_a_png_is_found_by_its_chunk_checksum() -> None:
    """Pillow skips the checksums of pixel data."""
    data = bytearray(encoded("PNG"))
    at = data.index(b"IDAT") + 40
    data[at] ^= 1

    with pytest.raises(Unreadable) as error:
        check_png(bytes(data))

    assert refusal(error) == (Reason.DAMAGED, "wrong checksum in the IDAT chunk")


def test_a_chunk_name_is_quoted_without_control_characters() -> None:
    """What a stranger wrote does not reach a terminal as it is."""
    kind = b"\x1b[2J"
    chunk = (0).to_bytes(4, "big") + kind + (zlib.crc32(kind) ^ 1).to_bytes(4, "big")

    with pytest.raises(Unreadable) as error:
        check_png(b"\x89PNG\r\n\x1a\n" + chunk)

    assert refusal(error) == (Reason.DAMAGED, r"wrong checksum in the \x1b[2J chunk")


def test_a_png_chunk_is_found_wherever_it_stands() -> None:
    """EXIF may follow the pixels."""
    data = encoded("PNG")
    body = b"late"
    crc = zlib.crc32(b"eXIf" + body).to_bytes(4, "big")
    late = data[:-12] + len(body).to_bytes(4, "big") + b"eXIf" + body + crc + data[-12:]

    assert find_png_chunk(late, b"eXIf") == body
    assert find_png_chunk(data, b"eXIf") is None
    assert find_png_chunk(data[:-20], b"eXIf") is None


def test_frames_of_a_gif_are_counted_without_decoding() -> None:
    """Each image block is a frame."""
    frames = [Image.new("L", (8, 8), level) for level in (0, 90, 180)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])

    assert count_gif_frames(buffer.getvalue()) == 3
    assert count_gif_frames(encoded("GIF")) == 1


@pytest.mark.parametrize("missing", [1, 20, 500])
def test_a_cut_gif_is_found(missing: int) -> None:
    """Also where its first frame is complete."""
    with pytest.raises(Unreadable) as error:
        count_gif_frames(encoded("GIF")[:-missing])

    assert refusal(error) == (Reason.TRUNCATED, "the file ends before its GIF trailer")


def test_nonsense_between_gif_blocks_is_damage() -> None:
    """A block that nobody knows ends the walk."""
    with pytest.raises(Unreadable) as error:
        count_gif_frames(encoded("GIF")[:-1] + b"?")

    assert refusal(error) == (Reason.DAMAGED, "unknown GIF block 0x3f")


@pytest.mark.parametrize("photo_format", ["WEBP", "BMP", "AVIF", "TIFF"])
def test_a_file_shorter_than_its_header_says_is_cut(photo_format: str) -> None:
    """So that a decoder's refusal gets its right name."""
    options = {"compression": "tiff_lzw"} if photo_format == "TIFF" else {}
    data = encoded(photo_format, **options)

    assert not is_cut(data, photo_format)
    assert is_cut(data[: len(data) // 2], photo_format)


@pytest.mark.parametrize("order", [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"])
@pytest.mark.parametrize("more", range(4))
def test_a_tiff_that_ends_in_its_first_bytes_is_cut(order: bytes, more: int) -> None:
    """Before the address of its first directory."""
    assert is_cut(order + bytes(more), "TIFF")
