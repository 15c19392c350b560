import pytest

from darkroom.recognition.check_digits import bare, is_right
from darkroom.settings import Checksum

KNOWN: list[tuple[Checksum, str]] = [
    ("gtin", "9780804816632"),  # EAN-13
    ("gtin", "036000291452"),  # UPC-A
    ("gtin", "96385074"),  # EAN-8
    ("gtin", "10012345678902"),  # GTIN-14
    ("luhn", "79927398713"),
    ("mod_11_2", "0000000218250097"),  # ORCID
    ("mod_11_2", "000000012146438X"),  # ISNI
    ("mod_11_10", "794623"),
    ("mod_37_2", "A999914123456N"),  # donation number, ISBT 128
    ("mod_37_36", "A12425GABC1234002M"),  # GRid
    ("mod_97_10", "5493001KJTIIGC8Y1R12"),  # LEI
]
"""Numbers that their standards, or the library's own documentation, give as examples."""


@pytest.mark.parametrize(("checksum", "number"), KNOWN)
def test_right_check_digits_are_told_from_wrong_ones(checksum: Checksum, number: str) -> None:
    """A changed digit is found out, wherever it stands."""
    assert is_right(number, checksum)
    for place, character in enumerate(number):
        if character.isdigit():
            other = str((int(character) + 1) % 10)
            assert not is_right(number[:place] + other + number[place + 1 :], checksum)


@pytest.mark.parametrize("checksum", ["gtin", "luhn", "mod_11_10", "mod_37_2", "mod_97_10"])
@pytest.mark.parametrize("number", ["", "?", "٩٧٨٠٨٠٤٨١٦٦٣٢", "１", "9" * 9999 + "é"])
def test_what_is_no_number_is_not_right(checksum: Checksum, number: str) -> None:
    """Digits of other scripts look alike to a library, and not to who printed the label."""
    assert not is_right(number, checksum)


def test_a_bare_number_has_neither_blanks_nor_dashes() -> None:
    """As it is printed for people, and as it is checked."""
    assert bare("0000-0001 2146–438x") == "000000012146438X"
