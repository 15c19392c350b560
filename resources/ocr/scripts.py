"""Scripts that Tesseract's language data is for."""

_LETTERS_APART = frozenset(
    (  # noqa: SIM905 - easier to read
        "afr aze bel bos bre bul cat ceb ces cos cym dan deu ell eng epo est eus fao fil fin fra"
        " frk fry gla gle glg hat hrv hun ind isl ita jav kaz kir lat lav lit ltz mkd mlt mon mri"
        " msa nld nor oci pol por que ron rus slk slv spa sqi srp srp_latn sun swa swe tat tgk ton"
        " tur ukr uzb uzb_cyrl vie yor script/Cyrillic script/Greek script/Latin script/Vietnamese"
    ).split()
)
"""Languages in Latin, Greek and Cyrillic letters, in print one shape each or nearly so."""


def stand_apart(languages: str) -> bool:
    """Whether the letters of all `languages`, joined by `+`, do. Others may hang together."""
    return _LETTERS_APART.issuperset(languages.split("+"))
