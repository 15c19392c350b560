from darkroom.ports import Reading
from darkroom.rows import Word
from resources.ocr.tsv import reading

TABLE = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num"
    "\tleft\ttop\twidth\theight\tconf\ttext\n"
    "1\t1\t0\t0\t0\t0\t0\t0\t640\t480\t-1\t\n"
    "4\t1\t1\t1\t1\t0\t10\t20\t80\t12\t-1\t\n"
    "5\t1\t1\t1\t1\t1\t10\t20\t30\t12\t96.5\tTwo\n"
    "5\t1\t1\t1\t1\t2\t50\t20\t40\t12\t90.5\twords\n"
    "5\t1\t1\t1\t2\t1\t10\t40\t30\t12\t12.0\tdoubt\n"
    "5\t1\t1\t2\t1\t1\t10\t60\t30\t12\t80\tnext\n"
    "5\t1\t2\t1\t1\t1\t0\t0\t640\t480\t95.0\t \n"
)


def test_words_make_lines_and_doubtful_ones_are_left_out() -> None:
    """So are pictures, which Tesseract lists as blank words; the mean is over those kept."""
    assert reading(TABLE, min_word_confidence=0.5) == Reading(
        text="Two words\nnext",
        confidence=0.89,
        words=[
            Word(text="Two", confidence=0.965, box=[10, 20, 30, 12]),
            Word(text="words", confidence=0.905, box=[50, 20, 40, 12]),
            Word(text="next", confidence=0.8, box=[10, 60, 30, 12]),
        ],
    )


def test_a_table_without_words_is_no_text() -> None:
    """Nor is no table at all."""
    nothing = Reading(text="", confidence=None, words=[])

    assert reading("\n".join(TABLE.split("\n")[:3]), min_word_confidence=0.0) == nothing
    assert reading("", min_word_confidence=0.0) == nothing
