"""Manifests: tables and lists that name photos."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from darkroom.errors import SourceUnreadable
from darkroom.intake.sources.kinds import Kind
from darkroom.intake.sources.listing import Found, Listing
from darkroom.intake.sources.manifest import Base, read_manifest
from darkroom.intake.sources.opening import open_source
from darkroom.intake.sources.tables import Record, records
from darkroom.ports import RemoteSources
from darkroom.settings import IntakeSettings


def _records(path: Path, content: bytes, kind: Kind = Kind.CSV) -> list[Record]:
    path.write_bytes(content)
    return list(records(path, kind, "the manifest"))


def _manifest(
    *rows: Record, uri_column: str | None = None, base: Base | None = None
) -> list[Found]:
    base = base or Base("the manifest", folder=Path("/in"))
    return list(read_manifest(iter(rows), base, uri_column))


ROWS = [{"url": "http://a.example/1.jpg", "note": "käse"}, {"url": "b.jpg", "note": ""}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "url,note\nhttp://a.example/1.jpg,käse\nb.jpg,\n".encode()),
        ("a.csv", "url,note\r\nhttp://a.example/1.jpg,käse\r\nb.jpg,\r\n".encode("utf-8-sig")),
        ("a.csv", "url;note\nhttp://a.example/1.jpg;käse\nb.jpg;\n".encode("cp1252")),
        ("a.csv", 'url\tnote\n"http://a.example/1.jpg"\tkäse\nb.jpg\t\n'.encode("utf-16")),
        ("a.csv", "\ufeffurl|note\nhttp://a.example/1.jpg|käse\n|\nb.jpg|".encode("utf-16-be")),
        ("a.tsv", "url\tnote\nhttp://a.example/1.jpg\tkäse\n\nb.jpg\t\n".encode()),
        ("a.jsonl", "\n".join(json.dumps(row) for row in ROWS).encode()),
        ("a.json", json.dumps(ROWS, indent=1).encode()),
        ("a", "url,note\nhttp://a.example/1.jpg,käse\nb.jpg,\n".encode()),
        ("a", "url\tnote\nhttp://a.example/1.jpg\tkäse\nb.jpg\t\n".encode()),
        ("a", "\n".join(json.dumps(row) for row in ROWS).encode()),
    ],
)
def test_every_format_names_the_same_photos(tmp_path: Path, name: str, content: bytes) -> None:
    """Whatever the format, encoding, delimiter or line end; told by suffix, else by content."""
    (tmp_path / name).write_bytes(content)
    local = f"{tmp_path.as_uri()}/b.jpg"

    assert _open(tmp_path / name) == Listing(
        "a",
        [
            Found("http://a.example/1.jpg", "1.jpg", "http://a.example/1.jpg", '{"note": "käse"}'),
            Found(local, "b.jpg", local),
        ],
    )


def _open(path: Path, **settings: object) -> Listing:
    return open_source(
        str(path),
        settings=IntakeSettings.model_validate(settings),
        kept=path.parent / "kept",
        remote=_Nowhere(),
    )


class _Nowhere(RemoteSources):
    """There is no network here; asking for it is a mistake of the code under test."""


def test_parquet_columns_become_text(tmp_path: Path) -> None:
    """Numbers, dates and nested values are carried as text, nulls and pictures are not carried."""
    table = pa.table(
        {
            "URL": ["http://a.example/1.jpg"],
            "n": [7],
            "price": [Decimal("1.50")],
            "ok": [True],
            "tags": [["a", "b"]],
            "none": pa.array([None], pa.string()),
            "picture": [b"\x89PNG"],
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")

    (photo,) = _open(tmp_path / "a.parquet").found

    assert photo.filename == "1.jpg"
    assert json.loads(photo.extra_json) == {
        "n": "7",
        "price": "1.50",
        "ok": "true",
        "tags": '["a", "b"]',
    }


def test_a_parquet_file_is_known_by_its_content(tmp_path: Path) -> None:
    """Without a suffix, too."""
    pq.write_table(pa.table({"uri": ["http://a.example/1.jpg"]}), tmp_path / "a")

    assert [photo.filename for photo in _open(tmp_path / "a").found] == ["1.jpg"]


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b""])
def test_a_broken_parquet_file_is_unreadable(tmp_path: Path, content: bytes) -> None:
    """One sentence, with the file's name."""
    (tmp_path / "a.parquet").write_bytes(content)

    with pytest.raises(SourceUnreadable, match=r"a\.parquet: is not a Parquet file"):
        _open(tmp_path / "a.parquet")


def test_the_column_is_found_by_name() -> None:
    """The best name wins, in any case; the photo may have a name of its own to show."""
    row = {"Path": "p.jpg", " x": "", "URI": "http://a/u.jpg", "Name": "shown.jpg", "n": "1"}

    assert _manifest(row) == [
        Found("http://a/u.jpg", "shown.jpg", "http://a/u.jpg", '{"Path": "p.jpg", "n": "1"}')
    ]


def test_the_column_can_be_named() -> None:
    """By the setting, in any case."""
    row = {"link": "http://a/u.jpg", "url": "other"}

    assert _manifest(row, uri_column="LINK") == [
        Found("http://a/u.jpg", "u.jpg", "http://a/u.jpg", '{"url": "other"}')
    ]


def test_a_manifest_without_the_column_names_those_it_has(tmp_path: Path) -> None:
    """The sentence says what was looked for, what is there and which setting helps."""
    (tmp_path / "a.csv").write_text("link,note\nhttp://a/1.jpg,x\n")

    with pytest.raises(SourceUnreadable) as caught:
        _open(tmp_path / "a.csv")

    assert str(caught.value) == (
        f"{tmp_path}/a.csv: has no column named url or uri or path, only: link, note;"
        " set intake.uri_column to the one with the address"
    )


def test_a_manifest_without_rows_is_empty(tmp_path: Path) -> None:
    """A header alone names no photo, and that is no error."""
    (tmp_path / "a.csv").write_text("url,note\n")

    assert _open(tmp_path / "a.csv") == Listing("a", [])


def test_a_photo_named_twice_counts_once(tmp_path: Path) -> None:
    """The first row stands; the others are counted. A fragment makes no other photo."""
    (tmp_path / "a.csv").write_text(
        "url,n\nhttp://a/1.jpg,1\nhttp://a/2.jpg,2\nhttp://a/1.jpg#x,3\n"
    )

    listing = _open(tmp_path / "a.csv")

    assert [photo.extra_json for photo in listing.found] == ['{"n": "1"}', '{"n": "2"}']
    assert listing.repeated == 1


def test_a_row_without_an_address_stays_a_photo() -> None:
    """It will fail with its reason; two such rows are two photos unless they are the same."""
    rows = [{"url": "", "n": "1"}, {"url": "http://a/1.jpg", "n": ""}, {"url": "", "n": "2"}]

    found = _manifest(*[dict(row) for row in rows])

    assert [(photo.uri, photo.extra_json) for photo in found] == [
        ("", '{"n": "1"}'),
        ("http://a/1.jpg", "{}"),
        ("", '{"n": "2"}'),
    ]
    assert len({photo.identity for photo in found}) == 3
    assert [photo.identity for photo in found] == [
        photo.identity for photo in _manifest(*[dict(row) for row in rows])
    ]


def test_an_address_of_an_unknown_scheme_stays_as_it_is() -> None:
    """Fetching says what is wrong with it."""
    uris = ["ftp://a/1.jpg", "data:image/png;base64,AA", "C:\\photos\\a.jpg", "mailto:a@b"]

    assert [photo.uri for photo in _manifest(*({"url": uri} for uri in uris))] == uris


def test_local_paths_start_from_the_manifest(tmp_path: Path) -> None:
    """Relative, absolute or as an address; a file that is there is known by size and time."""
    (tmp_path / "a b.jpg").write_bytes(b"photo")
    os.utime(tmp_path / "a b.jpg", ns=(5, 7))
    uri = f"{tmp_path.as_uri()}/a%20b.jpg"
    rows = [{"path": "a b.jpg"}, {"path": f"{tmp_path}/a b.jpg"}, {"path": uri}]

    assert (
        _manifest(*rows, base=Base("m", folder=tmp_path))
        == [Found(uri, "a b.jpg", f"{uri}|5|7")] * 3
    )


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("b.jpg", "https://a.example/in/b.jpg"),
        ("/b c.jpg", "https://a.example/b c.jpg"),
        ("../b.jpg", "https://a.example/b.jpg"),
        ("//other.example/b.jpg", "https://other.example/b.jpg"),
        ("http://b.example/c.jpg#d", "http://b.example/c.jpg"),
        ("s3://bucket/b.jpg", "outside:s3://bucket/b.jpg"),
        ("outside:file:///etc/passwd", "refused:outside:file:///etc/passwd"),
        ("file:///etc/passwd", "refused:file:///etc/passwd"),
        ("FILE:/etc/passwd", "refused:FILE:/etc/passwd"),
        ("zip:///a.zip#b", "refused:zip:///a.zip#b"),
        ("//[x", "https://[x"),  # no address at all; the other rows are not to suffer for it
    ],
)
def test_a_manifest_from_elsewhere_reaches_no_local_file(text: str, uri: str) -> None:
    """Its relative addresses start from where it came from; ours are not for it to name."""
    base = Base("m", url="https://a.example/in/m.csv?token=x")

    assert [photo.uri for photo in _manifest({"url": text}, base=base)] == [uri]


def test_a_manifest_in_a_bucket_names_what_lies_below_it() -> None:
    """Its photos are fetched with our keys, so other buckets and folders are not for it to name."""
    base = Base("m", url="s3://ours/in/m.csv", roots=["s3://shared/public", "/data"])
    rows = {
        "b.jpg": "s3://ours/in/b.jpg",
        "s3://ours/in/x/c.jpg": "s3://ours/in/x/c.jpg",
        "../secret.jpg": "outside:s3://ours/secret.jpg",
        "s3://ours/in/../secret.jpg": "outside:s3://ours/in/../secret.jpg",
        "s3://ours/inner/b.jpg": "outside:s3://ours/inner/b.jpg",
        "s3://theirs/in/b.jpg": "outside:s3://theirs/in/b.jpg",
        "s3://shared/public/b.jpg": "s3://shared/public/b.jpg",
        "s3://shared/publicity.jpg": "outside:s3://shared/publicity.jpg",
        "file:///data/b.jpg": "refused:file:///data/b.jpg",
    }

    assert [photo.uri for photo in _manifest(*({"url": row} for row in rows), base=base)] == list(
        rows.values()
    )


def test_a_local_manifest_names_what_lies_below_it(tmp_path: Path) -> None:
    """By its real path, whatever links it goes through; other folders need to be allowed."""
    here, data, private = (tmp_path / name for name in ("here", "data", "private"))
    for folder in (here, data, private):
        folder.mkdir()
    (tmp_path / "alias").symlink_to(data)
    (here / "inside").symlink_to(here)
    (here / "out").symlink_to(private)
    rows = {
        "a.jpg": f"{here.as_uri()}/a.jpg",
        "inside/a.jpg": f"{here.as_uri()}/a.jpg",
        "out/a.jpg": f"outside:{private.as_uri()}/a.jpg",
        "../private/a.jpg": f"outside:{private.as_uri()}/a.jpg",
        "../here/a.jpg": f"{here.as_uri()}/a.jpg",
        "../hereafter/a.jpg": f"outside:{tmp_path.as_uri()}/hereafter/a.jpg",
        "/etc/passwd": "outside:file:///etc/passwd",
        "file:///etc/passwd": "outside:file:///etc/passwd",
        f"zip://{private}/a.zip#x.jpg": f"outside:zip://{private}/a.zip#x.jpg",
        f"zip://{here}/a.zip#x.jpg;2": f"zip://{here}/a.zip#x.jpg;2",
        f"{data}/a.jpg": f"{data.as_uri()}/a.jpg",
        f"{tmp_path}/alias/a.jpg": f"{data.as_uri()}/a.jpg",
        "outside:file:///etc/passwd": "refused:outside:file:///etc/passwd",
        "s3://bucket/a.jpg": "s3://bucket/a.jpg",
    }
    base = Base("m", folder=here, roots=[str(tmp_path / "alias")])

    assert [photo.uri for photo in _manifest(*({"url": row} for row in rows), base=base)] == list(
        rows.values()
    )


def test_rows_may_be_longer_or_shorter_than_the_header(tmp_path: Path) -> None:
    """No cell is lost: those beyond the header are numbered, as are columns without a name."""
    content = b"url,,n,n\na,b,c,d,e\nf\n"

    assert _records(tmp_path / "a", content) == [
        {"url": "a", "column 2": "b", "n": "c", "n 4": "d", "column 5": "e"},
        {"url": "f"},
    ]


def test_addresses_of_a_table_with_one_column_may_hold_commas(tmp_path: Path) -> None:
    """As those of image services do; quotes around them are none of the address."""
    content = b'url\nhttps://a.example/w_300,h_200/1.jpg\n"https://a.example/w;2,h|3/2.jpg"\n'

    assert _records(tmp_path / "a", content) == [
        {"url": "https://a.example/w_300,h_200/1.jpg"},
        {"url": "https://a.example/w;2,h|3/2.jpg"},
    ]


@pytest.mark.parametrize(
    ("kind", "content", "why"),
    [
        (Kind.CSV, b'url\n"a\nb\nc', "line 4: unexpected end of data"),
        (Kind.CSV, b"url\n" + b"a" * 200_000, "line 2: field larger than field limit"),
        (Kind.CSV, b"url\na\0b\n", "is not a text file"),
        (Kind.CSV, b"\xff\xfeu\0r\0l", "^the manifest: is text in an encoding"),
        (Kind.CSV, b"url\n\x81", "is text in an encoding that is not known; save it as UTF-8"),
        (Kind.JSON_LINES, b'{"url": "a"}\n{"url": ', "row 2: Expecting value"),
        (Kind.JSON_LINES, b'{"url": "a"}\n7\n', "row 2: not an object with named values"),
        (Kind.JSON_LINES, b"[" * 100_000, "row 0: "),
        (Kind.JSON_LINES, b'{"a": ' * 100_000, "row 1: "),
    ],
)
def test_a_broken_manifest_says_where(tmp_path: Path, kind: Kind, content: bytes, why: str) -> None:
    """From a broken line on no row could be trusted, so nothing is taken."""
    with pytest.raises(SourceUnreadable, match=why):
        _records(tmp_path / "a", content, kind)


def test_text_that_no_database_takes_is_replaced(tmp_path: Path) -> None:
    """NUL and lone surrogates come in by JSON escapes."""
    content = rb'{"url": "http://a/\u0000\ud800.jpg", "\udc00": "b"}'

    assert _records(tmp_path / "a", content, Kind.JSON_LINES) == [
        {"url": "http://a/\ufffd\ufffd.jpg", "\ufffd": "b"}
    ]


def test_names_to_show_are_names() -> None:
    """A stranger's name has no folders, no line breaks and an end."""
    names = ["../../a.jpg", "C:\\x\\a.jpg", "a\r\n\x1b[2Jb.jpg", "n" * 300 + ".jpg"]
    rows = [{"url": f"http://a/{n}", "filename": name} for n, name in enumerate(names)]

    assert [photo.filename for photo in _manifest(*rows)] == [
        "a.jpg",
        "a.jpg",
        "a\ufffd\ufffd\ufffd[2Jb.jpg",
        "n" * 251 + ".jpg",
    ]


def test_a_list_of_addresses_is_read_line_by_line(tmp_path: Path) -> None:
    """Blank lines and comments are left out; paths are relative to the list."""
    (tmp_path / "a.txt").write_bytes(
        b"# photos\r\nhttp://a/1.jpg?x=1,2;3\r\n\r\n  b c.jpg  \r\n#http://a/2.jpg\r\n"
    )

    assert [photo.uri for photo in _open(tmp_path / "a.txt").found] == [
        "http://a/1.jpg?x=1,2;3",
        f"{tmp_path.as_uri()}/b%20c.jpg",
    ]
