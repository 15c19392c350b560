"""Sound files of every format, drawn and written by code: what mutations start from."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pillow_heif
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import ExifTags, Image, ImageCms

from darkroom.samples import scenes

Seed = tuple[str, str, bytes]
"""What the mutators call it, the suffix of its name, and its bytes."""


def images() -> list[Seed]:
    """Small photos in all formats, modes and ways of encoding that Pillow can write here."""
    pillow_heif.register_heif_opener()
    return [(kind, suffix, data) for kind, suffix, data in _images()]


def manifests() -> list[Seed]:
    """Tables and lists of photos, in all formats and encodings that are read."""
    rows = [
        {"url": f"https://photos.invalid/{n}.jpg", "name": f"{n} é.jpg", "note": "=1+1", "n": n}
        for n in range(40)
    ]
    table = pa.Table.from_pylist(rows)
    lists = pa.table({"path": ["a.jpg", None], "tags": [["x", "y"], []], "raw": [b"\0", b"1"]})
    delimited = "\n".join(
        ["url,name,note", *(f'{row["url"]},"{row["name"]}",{row["note"]}' for row in rows)]
    )
    lines = "\n".join(json.dumps(row) for row in rows)
    return [
        ("text", ".csv", delimited.encode()),
        ("text", ".csv", b"\xef\xbb\xbf" + delimited.replace(",", ";").encode()),
        ("text", ".csv", delimited.encode("utf-16")),
        ("text", ".csv", delimited.encode("cp1252")),
        ("text", ".tsv", delimited.replace(",", "\t").replace("\n", "\r\n").encode()),
        ("text", ".jsonl", lines.encode()),
        ("text", ".json", json.dumps(rows).encode()),
        ("text", ".txt", "\n".join(str(row["url"]) for row in rows).encode()),
        ("text", "", delimited.encode()),
        ("Parquet", ".parquet", _parquet(table)),
        ("Parquet", ".parquet", _parquet(table, compression="zstd", row_group_size=7)),
        ("Parquet", ".parquet", _parquet(lists, compression="gzip", use_dictionary=False)),
    ]


def archives() -> list[Seed]:
    """ZIPs packed in every way that is unpacked, and one with a ZIP inside."""
    return [
        ("ZIP", ".zip", _zip(zipfile.ZIP_STORED)),
        ("ZIP", ".zip", _zip(zipfile.ZIP_DEFLATED)),
        ("ZIP", ".zip", _zip(zipfile.ZIP_BZIP2)),
        ("ZIP", ".zip", _zip(zipfile.ZIP_LZMA)),
        ("ZIP", ".zip", _zip(zipfile.ZIP_DEFLATED, ("inner.zip", _zip(zipfile.ZIP_STORED)))),
        ("ZIP", ".zip", b"MZ" + bytes(510) + _zip(zipfile.ZIP_DEFLATED)),
    ]


def _images() -> Iterator[Seed]:
    photo = scenes.lake((160, 120)).convert("RGB")
    exif = _exif()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    rich = {"exif": exif, "icc_profile": profile}
    yield from (
        ("JPEG", ".jpg", _encoded(photo, "JPEG", **options))
        for options in (
            {"quality": 88, **rich},
            {"progressive": True, "exif": exif},
            {"restart_marker_blocks": 2, "optimize": True},
        )
    )
    yield "JPEG", ".jpg", _encoded(photo.convert("CMYK"), "JPEG")
    yield "JPEG", ".jpg", _encoded(photo.convert("L"), "JPEG", progressive=True)
    yield "JPEG", ".mpo", _encoded(photo, "MPO", save_all=True, append_images=[photo])
    yield from (
        ("PNG", ".png", _encoded(photo.convert(mode), "PNG", **rich))
        for mode in ("RGB", "RGBA", "P", "L", "1", "LA", "I;16")
    )
    frames = {"save_all": True, "append_images": [photo.rotate(9), photo.rotate(40)]}
    yield "PNG", ".png", _encoded(photo, "PNG", **frames)
    yield "GIF", ".gif", _encoded(photo.convert("P"), "GIF")
    yield "GIF", ".gif", _encoded(photo, "GIF", comment=b"hello", loop=0, **frames)
    yield "WEBP", ".webp", _encoded(photo, "WEBP", **rich)
    yield "WEBP", ".webp", _encoded(photo.convert("RGBA"), "WEBP", lossless=True)
    yield "WEBP", ".webp", _encoded(photo, "WEBP", **frames)
    yield from (
        ("TIFF", ".tif", _encoded(photo.convert(mode), "TIFF", compression=compression))
        for mode, compression in (
            *(("RGB", "raw"), ("RGB", "tiff_lzw"), ("RGB", "jpeg"), ("RGBA", "tiff_adobe_deflate")),
            *(("L", "packbits"), ("1", "group4"), ("P", "zstd"), ("F", "raw")),
        )
    )
    yield "TIFF", ".tif", _encoded(photo, "TIFF", compression="tiff_lzw", **frames, **rich)
    yield "BMP", ".bmp", _encoded(photo, "BMP")
    yield "BMP", ".bmp", _encoded(photo.convert("P"), "BMP")
    yield "HEIF", ".heic", _encoded(photo, "HEIF", **rich)
    yield "HEIF", ".heic", _encoded(photo.convert("RGBA"), "HEIF", save_all=True)
    yield "AVIF", ".avif", _encoded(photo, "AVIF", speed=9, **rich)
    yield "AVIF", ".avif", _encoded(photo, "AVIF", speed=9, **frames)


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "Maker"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2024:05:06 07:08:09"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (48.0, 8.0, 3.5)
    return exif


def _encoded(image: Image.Image, photo_format: str, **options: Any) -> bytes:  # noqa: ANN401 - a codec's own
    buffer = io.BytesIO()
    image.save(buffer, photo_format, **options)
    return buffer.getvalue()


def _parquet(table: pa.Table, **options: Any) -> bytes:  # noqa: ANN401 - pyarrow's own
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def _zip(method: int, *more: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in (("a.jpg", b"photo" * 400), ("folder/é.png", b"\x89PNG"), *more):
            archive.writestr(name, content)
        archive.comment = b"comment"
    return buffer.getvalue()
