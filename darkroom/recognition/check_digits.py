"""Whether the check digits of a number are right, by python-stdnum."""

import re
from collections.abc import Callable, Mapping

from stdnum import ean, luhn
from stdnum.iso7064 import mod_11_2, mod_11_10, mod_37_2, mod_37_36, mod_97_10

from darkroom.settings import Checksum

_IS_RIGHT: Mapping[Checksum, Callable[[str], bool]] = {
    "gtin": ean.is_valid,
    "luhn": luhn.is_valid,
    "mod_11_2": mod_11_2.is_valid,
    "mod_11_10": mod_11_10.is_valid,
    "mod_37_2": mod_37_2.is_valid,
    "mod_37_36": mod_37_36.is_valid,
    "mod_97_10": mod_97_10.is_valid,
}
_SEPARATORS = re.compile(r"[\s.\-‐‑–]+")


def bare(number: str) -> str:
    """Without blanks, points and dashes, which are for reading; letters are capitals."""
    return _SEPARATORS.sub("", number).upper()


def is_right(number: str, checksum: Checksum) -> bool:
    """Whether a bare number, which ends in its check digits, is one.

    Digits of other scripts are none: the library would count some of them.
    """
    return bool(number) and number.isascii() and _IS_RIGHT[checksum](number)
