"""Text as a model gives it, made tidy to be shown and plain to be compared."""

import re
import unicodedata
from functools import lru_cache

_UNSAID = frozenset(
    (
        *("n/a", "na", "nil", "none", "null", "undefined", "unknown", "unspecified", "missing"),
        *("not available", "not applicable", "not given", "not listed", "not provided"),
        *("not shown", "not specified", "not stated", "not visible", "tba", "tbc", "tbd"),
        *("to be announced", "to be confirmed", "to be determined"),
    )
)
"""What models and posters write where there is nothing to say, in English."""
_ARTICLE = "the"
_APOSTROPHES = re.compile(r"['’‘`´]")
_NO_WORD = re.compile(r"[\W_]+")
_MAX_COMPARED = 200


def tidy(text: str) -> str | None:
    """NFKC, without what shows nothing, single spaces; None when it says nothing.

    Case stays as it was written.
    """
    visible = "".join(each if _shows(each) else " " for each in unicodedata.normalize("NFKC", text))
    line = " ".join(visible.split())
    said = line.casefold().strip(" .")
    if said in _UNSAID or not any(map(str.isalnum, said)):
        return None
    return line


@lru_cache(maxsize=100_000)
def folded(text: str) -> str:
    """The words that count, single-spaced: no case, accents, punctuation, or English article.

    Never empty for a `tidy` text.
    """
    bare = "".join(
        each
        for each in unicodedata.normalize("NFKD", text[:_MAX_COMPARED].casefold())
        if not unicodedata.combining(each)
    )
    words = _NO_WORD.sub(" ", _APOSTROPHES.sub("", bare.replace("&", " and "))).split()
    return " ".join([word for word in words if word != _ARTICLE] or words) or text


def _shows(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
