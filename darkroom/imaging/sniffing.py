"""What a file is by its first bytes, and what its name claims it to be."""

HEAD_BYTES = 64
"""Enough of a file's beginning for `sniff`."""

DECODABLE = ("JPEG", "MPO", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "GIF")
"""Formats whose pixels are read. No other decoder is ever started, whatever a file says it is."""

_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    # Recognised so that a rejection can name them; not decoded.
    (b"\x00\x00\x00\x0cjP  ", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
    (b"\x00\x00\x00\x0cJXL ", "JXL"),
    (b"\xff\x0a", "JXL"),
    (b"8BPS", "PSD"),
    (b"%PDF-", "PDF"),
    (b"%!PS", "EPS"),
    (b"\xc5\xd0\xd3\xc6", "EPS"),
    (b"DDS ", "DDS"),
    (b"BLP1", "BLP"),
    (b"BLP2", "BLP"),
    (b"qoif", "QOI"),
    (b"icns", "ICNS"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"\x01\xda\x00", "SGI"),
    (b"\x01\xda\x01", "SGI"),
    (b"\xd7\xcd\xc6\x9a", "WMF"),
    (b"FUJIFILMCCD-RAW", "RAF"),
    (b"<svg", "SVG"),
    *((b"P%d%c" % (kind, space), "PPM") for kind in range(1, 7) for space in b" \t\r\n"),
)
_HEIF_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
)
_AVIF_BRANDS = frozenset((b"avif", b"avis"))
_BMP_HEADER_BYTES = frozenset((12, 16, 40, 52, 56, 64, 108, 124))

_CLAIMS = {
    "JPEG": "jpg jpeg jpe jfif jif mpo",
    "MPO": "jpg jpeg jpe jfif jif mpo",
    "PNG": "png apng",
    "WEBP": "webp",
    "HEIF": "heic heif heics heifs hif",
    "AVIF": "avif avifs heif heifs",
    "TIFF": "tif tiff",
    "BMP": "bmp dib",
    "GIF": "gif",
    "JPEG2000": "jp2 j2k jpf jpx jpc j2c",
    "JXL": "jxl",
    "PSD": "psd psb",
    "PDF": "pdf",
    "EPS": "eps ps ai",
    "SVG": "svg svgz",
    "ICO": "ico",
    "camera raw": "raw dng cr2 cr3 crw nef nrw arw srf sr2 raf orf rw2 pef srw 3fr iiq x3f",
}


def sniff(head: bytes) -> str | None:
    """The format that the first `HEAD_BYTES` bytes announce, as Pillow names it.

    None when they are of no image format known here. An MPO begins as a JPEG and is called one.
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _sniff_boxes(head)
    if head[:4] in (b"II*\x00", b"MM\x00*") and head[8:10] == b"CR":
        return "camera raw"
    if head[:2] == b"BM":
        known = int.from_bytes(head[14:18], "little") in _BMP_HEADER_BYTES
        return "BMP" if known else None
    return next((name for magic, name in _SIGNATURES if head.startswith(magic)), None)


def name_matches(filename: str, photo_format: str) -> bool:
    """Whether the suffix of `filename` may stand on a file of this format.

    A name without a suffix, or with one that claims no image format, contradicts nothing.
    """
    suffix = claimed_suffix(filename)
    claimants = {name for name, suffixes in _CLAIMS.items() if suffix in suffixes.split()}
    return not claimants or photo_format in claimants


def claimed_suffix(filename: str) -> str:
    """The suffix in lower case without its dot; empty when the name has none."""
    _, dot, suffix = filename.rpartition(".")
    return suffix.lower() if dot else ""


def _sniff_boxes(head: bytes) -> str | None:
    """HEIF or AVIF, by the major brand of an ISO base media file, then by the compatible ones."""
    length = int.from_bytes(head[:4], "big")
    compatible = {head[at : at + 4] for at in range(16, min(length, len(head)), 4)}
    major = head[8:12]
    if major in _AVIF_BRANDS or (major in (b"mif1", b"msf1") and compatible & _AVIF_BRANDS):
        return "AVIF"
    if major in _HEIF_BRANDS or compatible & _HEIF_BRANDS:
        return "HEIF"
    if major == b"crx ":
        return "camera raw"
    return None
