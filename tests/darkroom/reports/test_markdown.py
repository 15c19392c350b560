import html
import re

import pytest

from darkroom.reports.markdown import escape, table, visible

HOSTILE = [
    "a|b.jpg",
    "two\nlines\r\nand\ttabs.jpg",
    "<img src=x onerror=alert(1)>.jpg",
    "`code`.jpg",
    "[click](javascript:alert(1)).jpg",
    "![x](http://evil.test/x.png)",
    "http://evil.test/?a=1&b=2",
    "back\\slash\\|.jpg",
    "**bold** _em_ ~~gone~~ $x$ #1",
    "&lt;b&gt; &#124;",
    "---|---",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_has_no_markup_left(text: str) -> None:
    """Nothing in a stranger's text can start markup, a tag or a cell."""
    without_entities = re.sub(r"&#\d+;", "", escape(text))

    assert not re.search(r"[|<>&`\\*_{}\[\]()#+!~$=^\n\r\t]", without_entities)


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    """Once rendered, a stranger's text is what it was, on one line."""
    assert html.unescape(escape(text)) == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("invoice\u202egpj.exe", "invoice⟨202E⟩gpj.exe"),
        ("bell\x07 null\x00 escape\x1b[31m", "bell⟨0007⟩ null⟨0000⟩ escape⟨001B⟩[31m"),
        ("soft\u00adhyphen zero\u200bwidth", "soft⟨00AD⟩hyphen zero⟨200B⟩width"),
        ("lone \ud800 surrogate", "lone ⟨D800⟩ surrogate"),
        ("می\u200cروم 👩\u200d🚀", "می\u200cروم 👩\u200d🚀"),
        ("  much \n\n space\u2028here ", "much space here"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_its_code(text: str, shown: str) -> None:
    """Control and direction characters cannot reorder or hide a name; joiners stay."""
    assert visible(text) == shown


def test_a_long_text_ends_in_an_ellipsis() -> None:
    """A text keeps to its bound, however long it was."""
    assert visible("x" * 10, max_chars=10) == "x" * 10
    assert visible("x" * 11, max_chars=10) == "x" * 9 + "…"
    assert visible(" " * 1_000_000 + "x", max_chars=10) == "…"


def test_a_table_escapes_every_cell_and_aligns_numbers() -> None:
    """A hostile cell stays one cell of its row."""
    assert table(
        ["photo", "bytes", "seconds", "note"],
        [["a|b.jpg", 1234567, 0.5, None], ["<b>", None, 1250.75, True]],
    ) == (
        "| photo | bytes | seconds | note |\n"
        "| --- | ---: | ---: | --- |\n"
        "| a&#124;b.jpg | 1,234,567 | 0.50 |  |\n"
        "| &#60;b&#62; |  | 1,250.75 | True |"
    )


def test_a_table_without_rows_is_its_header() -> None:
    """No photo failed: the header alone."""
    assert table(["photo"], []) == "| photo |\n| --- |"
