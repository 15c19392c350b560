"""The section `codes`, and what a unique ID looks like."""

from typing import Literal

from pydantic import Field

from darkroom.settings.section import Section

Checksum = Literal["gtin", "luhn", "mod_11_2", "mod_11_10", "mod_37_2", "mod_37_36", "mod_97_10"]
"""gtin: EAN, UPC and GTIN. mod_…: of ISO 7064."""


class UniqueIdPattern(Section):
    """What a unique ID looks like."""

    pattern: str
    """Regular expression."""
    name: str | None = None
    """What results call it."""
    checksum: Checksum | None = None
    """What its check digits must agree with."""


CodeEffort = Literal["plain", "quick", "thorough"]


class CodeSettings(Section):
    """QR and bar codes, and the photo's unique ID."""

    enabled: bool = Field(True, description="Whether codes are looked for at all.")
    symbologies: list[str] = Field(
        [], description="zxing-cpp format names; empty: all that it reads."
    )
    effort: CodeEffort = Field(
        "quick",
        description="Further looks at a photo on which the plain one finds no code. plain: none."
        " quick: two, for faint, shaded and washed-out codes; such a photo then costs 3 times the"
        " plain look. thorough: eight, also for small, grainy and slanting ones; 16 times.",
    )
    unique_ids: list[UniqueIdPattern] = Field(
        [],
        description="Patterns of the photo's unique ID, in order, as `{pattern, checksum, name}`;"
        " the first that finds any decides. A regular expression is looked for in codes and text;"
        " its group `id`, or first group, or whole match is the ID. With a checksum (gtin, which is"
        " EAN and UPC; luhn; mod_11_2, mod_11_10, mod_37_2, mod_37_36, mod_97_10, of ISO 7064)"
        " those count whose last digits, or group `check`, are right.",
    )
