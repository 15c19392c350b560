"""Hostile changes to files of known formats: the same seed makes the same bytes."""

import random
import struct
import zlib
from collections.abc import Callable

Mutator = Callable[[random.Random, bytearray], None]
Pieces = list[tuple[bytes, bytes]]

NUMBERS = (0, 1, 2, 7, 8, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def mutated(rng: random.Random, kind: str, data: bytes) -> bytes:
    """One to four changes, some of them made with knowledge of the format."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        if not changed:
            break
        rng.choice([*_ANYWHERE, *2 * _BY_KIND.get(kind, ())])(rng, changed)
    return bytes(changed)


def flip_bits(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def truncate(rng: random.Random, data: bytearray) -> None:
    del data[rng.randrange(len(data)) :]


def delete_block(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data))
    del data[start : start + rng.choice((1, 4, 64, 4096))]


def repeat_block(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data))
    block = data[start : start + rng.choice((1, 4, 64, 4096))]
    data[start:start] = block * rng.choice((1, 2, 100))


def zero_block(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data))
    data[start : start + 256] = bytes(len(data[start : start + 256]))


def noise(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data))
    data[start : start + 64] = rng.randbytes(64)


def odd_number(rng: random.Random, data: bytearray) -> None:
    """A number at its limits, wherever a length, count or offset may stand."""
    near_start = min(len(data), rng.choice((64, 1024, len(data))))
    layout = rng.choice(("<H", ">H", "<I", ">I"))
    number = rng.choice(NUMBERS) & (0xFFFF if layout[1] == "H" else 0xFFFFFFFF)
    at = rng.randrange(near_start)
    piece = struct.pack(layout, number)
    data[at : at + len(piece)] = piece


_ANYWHERE = (flip_bits, truncate, delete_block, repeat_block, zero_block, noise, odd_number)


def png_chunks(rng: random.Random, data: bytearray) -> None:
    """Changed, moved, repeated or missing chunks, all with right checksums."""
    pieces: Pieces = []
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        pieces.append((bytes(data[at + 4 : at + 8]), bytes(data[at + 8 : at + 8 + length])))
        at += 12 + length
    _rearrange(rng, pieces, names=(b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"eXIf", b"tRNS", b"acTL"))
    data[8:] = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in pieces
    )


def jpeg_segments(rng: random.Random, data: bytearray) -> None:
    """Changed, moved, repeated or missing segments, all with right lengths."""
    pieces: Pieces = []
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        pieces.append((bytes(data[at : at + 2]), bytes(data[at + 4 : at + 2 + length])))
        at += 2 + max(length, 2)
    rest = bytes(data[at:])
    names = [bytes((0xFF, marker)) for marker in (0xC0, 0xC2, 0xC9, 0xDD, 0xE1, 0xE2, 0xED, 0xEE)]
    _rearrange(rng, pieces, names=names)
    data[2:] = b"".join(
        kind + struct.pack(">H", min(len(body) + 2, 0xFFFF)) + body for kind, body in pieces
    )
    data += rest


def riff_chunks(rng: random.Random, data: bytearray) -> None:
    """The same for a WebP."""
    pieces: Pieces = []
    at = 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        pieces.append((bytes(data[at : at + 4]), bytes(data[at + 8 : at + 8 + length])))
        at += 8 + length + length % 2
    _rearrange(rng, pieces, names=(b"VP8X", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"EXIF", b"ICCP"))
    data[12:] = b"".join(
        kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2) for kind, body in pieces
    )
    data[4:8] = struct.pack("<I", len(data) - 8)


def boxes(rng: random.Random, data: bytearray) -> None:
    """A box of an ISO base media file, at any depth, with another size, name or number inside."""
    names = (b"meta", b"iinf", b"iloc", b"iprp", b"ipco", b"ispe", b"ipma", b"pitm", b"iref")
    found = [
        at for name in (*names, b"mdat", b"infe", b"hvcC", b"av1C") if (at := data.find(name)) > 0
    ]
    if not found:
        return
    at = rng.choice(found)
    if rng.random() < 0.3:
        data[at - 4 : at] = struct.pack(">I", rng.choice(NUMBERS))
    elif rng.random() < 0.2:
        data[at : at + 4] = rng.choice(names)
    else:
        inside = at + 4 + rng.randrange(32)
        data[inside : inside + 4] = struct.pack(">I", rng.choice(NUMBERS))


def tiff_entries(rng: random.Random, data: bytearray) -> None:
    """An entry of a directory, the file's or its EXIF's, with another tag, type, count or value."""
    start = max(data.find(b"Exif\0\0") + 6, 0) if bytes(data[:2]) not in (b"II", b"MM") else 0
    order = "<" if data[start : start + 2] == b"II" else ">"
    try:
        directory = start + struct.unpack_from(order + "I", data, start + 4)[0]
        count = struct.unpack_from(order + "H", data, directory)[0]
        entry = directory + 2 + 12 * rng.randrange(max(min(count, 64), 1))
        tag = rng.choice((254, 256, 257, 258, 259, 262, 273, 277, 278, 279, 317, 320, 322, 330))
        choice = rng.randrange(5)
        if choice == 0:
            struct.pack_into(order + "H", data, entry, rng.choice((tag, 274, 34665, 34853, 37500)))
        elif choice == 1:
            struct.pack_into(order + "H", data, entry + 2, rng.randrange(20))
        elif choice == 2:
            struct.pack_into(order + "I", data, entry + 4, rng.choice(NUMBERS))
        elif choice == 3:
            struct.pack_into(order + "I", data, entry + 8, rng.choice((*NUMBERS, directory)))
        else:
            struct.pack_into(order + "I", data, directory + 2 + 12 * count, directory - start)
    except struct.error:
        pass


def zip_records(rng: random.Random, data: bytearray) -> None:
    """A field of a local header, a central entry or the end record, at its limits."""
    signature = rng.choice((b"PK\3\4", b"PK\1\2", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7"))
    places = []
    at = -1
    while (at := data.find(signature, at + 1)) >= 0:
        places.append(at)
    if not places:
        return
    at = rng.choice(places) + 4 + 2 * rng.randrange(21)
    layout, most = rng.choice((("<H", 0xFFFF), ("<I", 0xFFFFFFFF)))
    if at + 4 <= len(data):
        struct.pack_into(layout, data, at, rng.choice(NUMBERS) & most)


def text_tokens(rng: random.Random, data: bytearray) -> None:
    """Something that a parser of tables trips over, put in anywhere."""
    token = rng.choice(_TOKENS)
    if callable(token):
        token = token(rng)
    at = rng.randrange(len(data) + 1)
    data[at : at + rng.choice((0, 0, 1, 8))] = token


_TOKENS: tuple[bytes | Callable[[random.Random], bytes], ...] = (
    *(
        b"\0",
        b'"',
        b'""',
        b'"\n',
        b"\r",
        b"\n\n",
        b",",
        b";" * 50,
        b"\t",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
    ),
    *(b"\xc3\x28", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"\xe2\x80\xae", b"=1+1", b"@SUM(A1)"),
    *(b"NaN", b"Infinity", b"-1e999", b"1" * 5000, b"null", b"{}", b"[]", b"{", b"]", b"'", b"\\"),
    *(
        b"file:///etc/passwd",
        b"http://[",
        b"http://\xff/",
        b"s3://",
        b"zip:///a#b;x",
        b"//h/p",
        b"../",
    ),
    *(
        b"http://h:99999/",
        b"%00",
        b"%zz",
        b"data:,x",
        b"refused:",
        b"C:\\a.jpg",
        b"\\\\h\\s\\a.jpg",
    ),
    lambda rng: b"[" * rng.choice((100, 5_000, 200_000)),
    lambda rng: b'{"a":' * rng.choice((100, 5_000, 50_000)),
    lambda rng: b"a" * rng.choice((255, 70_000, 300_000)),
    lambda rng: rng.randbytes(16),
)


def _rearrange(rng: random.Random, pieces: Pieces, names: tuple[bytes, ...] | list[bytes]) -> None:
    if not pieces:
        return
    place = rng.randrange(len(pieces))
    kind, body = pieces[place]
    match rng.randrange(7):
        case 0:
            pieces[place] = (rng.choice(names), body)
        case 1:
            del pieces[place]
        case 2:
            pieces[place:place] = [pieces[place]] * rng.choice((1, 3, 200))
        case 3:
            pieces.append(pieces.pop(place))
        case 4:
            pieces.insert(place, (rng.choice(names), rng.randbytes(rng.choice((0, 4, 200)))))
        case 5:
            bomb = zlib.compress(bytes(rng.choice((1000, 4_000_000))))
            pieces[place] = (kind, body[: rng.choice((0, 12))] + bomb)
        case _:
            changed = bytearray(body or b"\0")
            rng.choice((flip_bits, odd_number, noise))(rng, changed)
            pieces[place] = (kind, bytes(changed))


_BY_KIND: dict[str, tuple[Mutator, ...]] = {
    "PNG": (png_chunks, png_chunks),
    "JPEG": (jpeg_segments, jpeg_segments, tiff_entries),
    "WEBP": (riff_chunks, tiff_entries),
    "HEIF": (boxes, boxes, tiff_entries),
    "AVIF": (boxes, boxes),
    "TIFF": (tiff_entries, tiff_entries),
    "ZIP": (zip_records, zip_records),
    "text": (text_tokens, text_tokens),
}
